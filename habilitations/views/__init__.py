"""Pages des demandes et des habilitations."""
