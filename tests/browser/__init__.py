"""What a coordinator does in the Prefect UI, done in a real browser."""
