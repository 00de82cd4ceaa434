"""Connexion par identifiant ou par adresse courriel."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import Utilisateur
from accounts.queries import par_identifiant_ou_courriel


class IdentifiantOuCourriel(ModelBackend):
    """Un compte inconnu coûte le même temps qu'un mot de passe faux."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Utilisateur | None:
        if not username or password is None:
            return None
        personne = par_identifiant_ou_courriel(username)
        if personne is None:
            Utilisateur().set_password(password)
            return None
        if personne.check_password(password) and self.user_can_authenticate(personne):
            return personne
        return None
