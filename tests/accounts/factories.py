import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur

MOT_DE_PASSE = "Tulipes-Bleues-27"


class UtilisateurFactory(factory.django.DjangoModelFactory):
    """Une personne inventée, au compte actif."""

    class Meta:
        model = Utilisateur

    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Exemple{n}")
    identifiant = factory.Sequence(lambda n: f"cexemple{n}")
    courriel = factory.Sequence(lambda n: f"camille.exemple{n}@structure.example")
    password = factory.LazyFunction(lambda: make_password(MOT_DE_PASSE))
    etat = EtatCompte.ACTIF
    confirme_le = factory.LazyFunction(timezone.now)
    ferme_le = factory.LazyAttribute(
        lambda o: timezone.now() if o.etat in (EtatCompte.FERME, EtatCompte.ANONYME) else None
    )
