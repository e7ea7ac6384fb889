"""WHEN and in which order: no SQL, no sockets."""
