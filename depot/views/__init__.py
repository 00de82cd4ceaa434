"""Pages de l'espace CAMSP / CMPP."""
