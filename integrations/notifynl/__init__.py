"""NotifyNL: the government's notification service, by template."""
