"""The receiver: the one door through which systems of partners reach us, behind the region's proxy."""
