"""The systems of partners, played by stand-ins on loopback and judged by the published documents."""
