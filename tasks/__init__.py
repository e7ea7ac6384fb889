"""ONE retryable act a file, a verb: one transaction OR one outside call, never both."""
