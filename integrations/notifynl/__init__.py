"""NotifyNL: mail and SMS to professionals by the notification service of the government."""
