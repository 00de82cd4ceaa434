"""Le registre FINESS vu de dehors : ses numéros, ses fichiers. Rien ici ne touche à la base."""
