"""États et familles des structures."""

from django.db.models import TextChoices


class EtatStructure(TextChoices):
    OUVERT = "ouvert", "ouvert"
    FERME = "ferme", "fermé"
    ABSENT = "absent", "absent du registre"


class EtatImport(TextChoices):
    EN_COURS = "en_cours", "en cours"
    APPLIQUE = "applique", "appliqué"
    REFUSE = "refuse", "refusé"


# Champs d'un changement qui ne sont pas des colonnes du registre.
ENTREE = "entrée au registre"
ETAT = "état"
DATE_DE_FERMETURE = "date de fermeture"

# Codes stables des types de structure (fixtures/structures/types.csv).
ESMS = "esms"
ETABLISSEMENT_SANITAIRE = "sanitaire"
AUTRE_ETABLISSEMENT = "autre"

# Catégories FINESS : CMPP et CAMSP.
CAMSP_CMPP = frozenset({"189", "190"})
