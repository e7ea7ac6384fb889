"""The house rules: what holds for every file of the project."""
