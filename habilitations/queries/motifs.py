"""Les textes prêts à servir, remplis de ce que dit une demande."""

from django.utils.formats import date_format
from django.utils.timezone import localtime

from habilitations.enums import Decision
from habilitations.models import Demande, ModeleMotif, ModeleMotifQuerySet
from habilitations.variables import remplir


def modeles_de(demande: Demande, decision: Decision) -> ModeleMotifQuerySet:
    return ModeleMotif.objects.proposes(demande.profil.application_id).filter(decision=decision)


def avec_le_modele(texte: str, modele: ModeleMotif, demande: Demande) -> str:
    """Le texte du modèle ; à la suite de ce que la personne a déjà écrit, s'il ne venait pas lui-même d'un modèle."""
    valeurs = _valeurs(demande)
    prets = {remplir(autre.texte, valeurs) for autre in modeles_de(demande, Decision(modele.decision))}
    choisi = remplir(modele.texte, valeurs)
    ecrit = texte.strip()
    return choisi if not ecrit or ecrit in prets else f"{ecrit}\n\n{choisi}"


def _valeurs(demande: Demande) -> dict[str, str]:
    return {
        "prenom": demande.auteur.prenom,
        "nom": demande.auteur.nom,
        "application": demande.profil.application.nom,
        "profil": demande.profil.nom,
        "structures": ", ".join(structure.nom for structure in demande.structures.all()),
        "numero": str(demande.pk),
        "date_demande": date_format(localtime(demande.soumise_le), "j F Y") if demande.soumise_le else "",
    }
