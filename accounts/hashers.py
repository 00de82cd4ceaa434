"""Hachage des mots de passe."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id, 2 passes, 64 Mio, 1 fil : au-dessus du plancher de l'OWASP, et vingt connexions à la fois tiennent."""

    time_cost = 2
    memory_cost = 64 * 1024
    parallelism = 1
