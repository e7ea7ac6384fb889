"""Case systems that speak Klantinteracties: an internetaak asks for acceptance."""
