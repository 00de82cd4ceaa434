"""Les courriels des demandes et des habilitations ; chacun s'écrit dans la transaction de ce qui le motive."""

from collections.abc import Collection, Sequence
from copy import copy
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Utilisateur
from courriels.models import Courriel
from courriels.services import composer, ecrire
from habilitations.enums import Decision, EtapeRappel
from habilitations.models import Complement, Demande, Habilitation, Profil, Revue, Suppleance
from habilitations.queries import Recapitulatif, TenuDansUneStructure
from structures.models import Structure


def demande_recue(demande: Demande) -> None:
    _au_demandeur(demande, "demande_recue")


def demande_acceptee(demande: Demande) -> Courriel:
    return _au_demandeur(demande, "demande_acceptee", retenue=_annulable())


def demande_refusee(demande: Demande) -> Courriel:
    return _au_demandeur(demande, "demande_refusee", retenue=_annulable())


def _annulable() -> timedelta:
    return timedelta(seconds=settings.DECISION_ANNULABLE_SECONDES)


APERCUS = {
    Decision.ACCEPTER: "demande_acceptee",
    Decision.REFUSER: "demande_refusee",
    Decision.COMPLETER: "complement_demande",
}


def apercu(demande: Demande, decision: Decision, texte: str) -> tuple[str, str]:
    """L'objet et le texte du courriel qui partirait si la demande était décidée ainsi."""
    decidee = copy(demande)
    decidee.motif = texte
    return composer(
        modele=f"habilitations/courriels/{APERCUS[decision]}", contexte=_au_sujet_de(decidee) | {"questions": texte}
    )


def demande_rendue(demande: Demande, motif: str) -> None:
    _au_demandeur(demande, "demande_rendue", motif=motif, adresse=_adresse("habilitations:reprendre", demande.pk))


def demande_a_traiter(demande: Demande, gestionnaire: Utilisateur) -> None:
    _au_gestionnaire(gestionnaire, "demande_a_traiter", **_a_traiter(demande))


def rappel_de_demande(demande: Demande, gestionnaire: Utilisateur, etape: EtapeRappel) -> None:
    _au_gestionnaire(
        gestionnaire,
        "rappel_de_demande",
        **_a_traiter(demande),
        en_charge=demande.affectee_a,
        aux_collegues=etape == EtapeRappel.COLLEGUES,
    )


def acceptation_a_verifier(demande: Demande, gestionnaire: Utilisateur) -> None:
    adresse = _adresse("habilitations:verifier", demande.pk)
    _au_gestionnaire(gestionnaire, "acceptation_a_verifier", **_a_traiter(demande) | {"adresse": adresse})


def recapitulatif(gestionnaire: Utilisateur, a_lire: Recapitulatif) -> None:
    _au_gestionnaire(gestionnaire, "recapitulatif", recapitulatif=a_lire, file=_adresse("habilitations:file"))


def demande_sans_gestionnaire(demande: Demande, gestionnaire: Utilisateur | None) -> None:
    """À une personne gestionnaire de toute la France ; sans elle, au support, qui tient aussi les portefeuilles."""
    page = "habilitations:couverture" if gestionnaire else "admin:habilitations_portefeuille_couverture"
    ecrire(
        destinataire=gestionnaire.courriel if gestionnaire else settings.COURRIEL_SUPPORT,
        modele="habilitations/courriels/demande_sans_gestionnaire",
        contexte=_a_traiter(demande) | {"adresse": _adresse(page)},
    )


def suppleance_confiee(suppleance: Suppleance) -> None:
    _au_gestionnaire(
        suppleance.suppleant, "suppleance_confiee", suppleance=suppleance, file=_adresse("habilitations:file")
    )


def suppleance_terminee(suppleance: Suppleance, avisee: Utilisateur) -> None:
    _au_gestionnaire(avisee, "suppleance_terminee", suppleance=suppleance)


def _a_traiter(demande: Demande) -> dict[str, Any]:
    return {
        "demande": demande,
        "structures": demande.structures.all(),
        "adresse": _adresse("habilitations:traiter", demande.pk),
    }


def _au_gestionnaire(gestionnaire: Utilisateur, modele: str, **contexte: Any) -> None:
    ecrire(
        destinataire=gestionnaire.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte={"gestionnaire": gestionnaire, "preferences": _adresse("habilitations:preferences")} | contexte,
    )


def complement_demande(complement: Complement) -> None:
    _au_demandeur(
        complement.demande,
        "complement_demande",
        questions=complement.questions,
    )


def complement_retire(complement: Complement) -> None:
    _au_demandeur(complement.demande, "complement_retire")


def complement_apporte(complement: Complement, gestionnaire: Utilisateur) -> None:
    ecrire(
        destinataire=gestionnaire.courriel,
        modele="habilitations/courriels/complement_apporte",
        contexte={
            "gestionnaire": gestionnaire,
            "demande": complement.demande,
            "reponse": complement.reponse,
            "adresse": _adresse("habilitations:traiter", complement.demande_id),
        },
    )


def habilitation_revoquee(habilitation: Habilitation) -> None:
    _au_titulaire(habilitation, "habilitation_revoquee")


def habilitation_suspendue(habilitation: Habilitation) -> None:
    _au_titulaire(habilitation, "habilitation_suspendue")


def habilitation_reprise(habilitation: Habilitation, motif: str) -> None:
    _au_titulaire(habilitation, "habilitation_reprise", motif=motif)


def habilitation_renoncee(habilitation: Habilitation) -> None:
    _au_titulaire(habilitation, "habilitation_renoncee")


def habilitations_echues(habilitations: Sequence[Habilitation]) -> None:
    """Toutes à la même personne."""
    _au_meme_titulaire(habilitations, "habilitations_echues")


def habilitations_bientot_finies(habilitations: Sequence[Habilitation]) -> None:
    """Toutes à la même personne."""
    _au_meme_titulaire(habilitations, "habilitations_bientot_finies")


def _au_meme_titulaire(habilitations: Sequence[Habilitation], modele: str) -> None:
    titulaire = habilitations[0].titulaire
    ecrire(
        destinataire=titulaire.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte={
            "titulaire": titulaire,
            "habilitations": habilitations,
            "adresse": _adresse("habilitations:mes_habilitations"),
        },
    )


def _au_titulaire(habilitation: Habilitation, modele: str, **contexte: str) -> None:
    ecrire(
        destinataire=habilitation.titulaire.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte={"habilitation": habilitation, "adresse": _adresse("habilitations:mes_habilitations")} | contexte,
    )


def structure_quittee(personne: Utilisateur, structure: Structure, tenu: TenuDansUneStructure, remettre_a: str) -> None:
    ecrire(
        destinataire=personne.courriel,
        modele="habilitations/courriels/structure_quittee",
        contexte={"personne": personne, "structure": structure, "tenu": tenu, "remettre_a": remettre_a},
    )


def suite_proposee(
    suite: Utilisateur, personne: Utilisateur, structure: Structure, demandes: Sequence[Demande]
) -> None:
    """`demandes` vide : la personne tient ou attend déjà tout ce qui lui serait remis."""
    ecrire(
        destinataire=suite.courriel,
        modele="habilitations/courriels/suite_proposee",
        contexte={
            "suite": suite,
            "personne": personne,
            "structure": structure,
            "demandes": demandes,
            "adresse": _adresse("habilitations:mes_demandes"),
        },
    )


def suite_proposee_a_une_adresse(
    adresse: str, personne: Utilisateur, structure: Structure, profils: Collection[Profil]
) -> None:
    ecrire(
        destinataire=adresse,
        modele="habilitations/courriels/suite_proposee_a_une_adresse",
        contexte={
            "personne": personne,
            "structure": structure,
            "profils": profils,
            "inscription": _adresse("accounts:inscription_et_demande"),
        },
    )


def depart_signale(
    gestionnaire: Utilisateur, personne: Utilisateur, structure: Structure, profils: Collection[Profil], remettre_a: str
) -> None:
    ecrire(
        destinataire=gestionnaire.courriel,
        modele="habilitations/courriels/depart_signale",
        contexte={
            "gestionnaire": gestionnaire,
            "personne": personne,
            "structure": structure,
            "profils": profils,
            "remettre_a": remettre_a,
        },
    )


def habilitations_transferees(
    personne: Utilisateur, habilitations: Sequence[Habilitation], ancienne: Structure, successeur: Structure
) -> None:
    ecrire(
        destinataire=personne.courriel,
        modele="habilitations/courriels/habilitations_transferees",
        contexte={
            "personne": personne,
            "habilitations": habilitations,
            "ancienne": ancienne,
            "successeur": successeur,
            "adresse": _adresse("habilitations:mes_habilitations"),
        },
    )


def habilitation_non_confirmee(habilitation: Habilitation) -> None:
    _au_titulaire(habilitation, "habilitation_non_confirmee")


def revue_ouverte(revue: Revue, gestionnaire: Utilisateur, nombre: int) -> None:
    _de_revue(revue, gestionnaire, nombre, "revue_ouverte")


def revue_rappelee(revue: Revue, gestionnaire: Utilisateur, nombre: int) -> None:
    _de_revue(revue, gestionnaire, nombre, "revue_rappelee")


def _de_revue(revue: Revue, gestionnaire: Utilisateur, nombre: int, modele: str) -> None:
    ecrire(
        destinataire=gestionnaire.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte={
            "revue": revue,
            "gestionnaire": gestionnaire,
            "nombre": nombre,
            "adresse": _adresse("habilitations:revue", revue.pk),
        },
    )


def _au_demandeur(demande: Demande, modele: str, *, retenue: timedelta = timedelta(0), **contexte: str) -> Courriel:
    return ecrire(
        destinataire=demande.auteur.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte=_au_sujet_de(demande) | contexte,
        retenue=retenue,
    )


def _au_sujet_de(demande: Demande) -> dict[str, Any]:
    return {
        "demande": demande,
        "structures": demande.structures.all(),
        "adresse": _adresse("habilitations:demande", demande.pk),
    }


def _adresse(vue: str, *args: int) -> str:
    return f"{settings.SITE_URL}{reverse(vue, args=args)}"
