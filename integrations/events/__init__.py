"""Events for subscribers: content-free CloudEvents, signed."""
