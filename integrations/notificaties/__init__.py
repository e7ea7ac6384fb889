"""The Notificaties API: subscriptions to what happens in partners' case systems."""
