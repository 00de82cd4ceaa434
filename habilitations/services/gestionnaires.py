"""Nommer une personne gestionnaire : le premier droit, que personne ne peut encore accorder dans le portail."""

from django.db import transaction

from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION
from habilitations.models import Application, Portefeuille, Profil
from habilitations.services.droits import ouvrir
from habilitations.services.verrous import verrouiller_personne
from journal.services import Acteur, consigner

FRANCE_ENTIERE = "Toutes les applications, France entière"


@transaction.atomic
def nommer_gestionnaire(*, personne: Utilisateur, acteur: Acteur) -> Portefeuille:
    """Donne à `personne` le profil de gestionnaire et le portefeuille qui couvre tout ; sans effet la seconde fois.

    `acteur` vaut None quand l'exploitant le fait en ligne de commande.
    """
    verrouiller_personne(personne.pk)
    profil = Profil.objects.get(application__code=ADMINISTRATION, code="gestionnaire")
    ouvrir(titulaire=personne, profil=profil, structure=None, acteur=acteur)
    portefeuille, cree = Portefeuille.objects.get_or_create(nom=FRANCE_ENTIERE)
    if cree:
        portefeuille.applications.set(Application.objects.all())
    if not portefeuille.gestionnaires.filter(pk=personne.pk).exists():
        portefeuille.gestionnaires.add(personne)
        consigner(
            acteur=acteur, action="portefeuille.confie", objet=portefeuille, apres={"gestionnaire": str(personne)}
        )
    return portefeuille
