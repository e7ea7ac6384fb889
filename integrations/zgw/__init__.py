"""Case systems that speak ZGW (Zaken, Catalogi, Documenten): hand over, and read back."""
