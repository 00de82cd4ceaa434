"""Qui décide de quoi, et qui en est avisé."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION
from habilitations.models import Demande, Habilitation, Portefeuille, Profil, Suppleance
from structures.models import Structure


def gestionnaires_actifs() -> QuerySet[Utilisateur]:
    gestion = Habilitation.objects.de_gestion().filter(titulaire=OuterRef("pk"))
    return Utilisateur.objects.filter(Exists(gestion), etat=EtatCompte.ACTIF)


def gestionnaires_couvrant(demande: Demande) -> QuerySet[Utilisateur]:
    """Gestionnaires actifs à qui un portefeuille, ou une suppléance, confie cette demande, son auteur excepté."""
    candidats = (
        Portefeuille.objects.filter(Q(applications=demande.profil.application_id) | Q(profils=demande.profil_id))
        .distinct()
        .avec_perimetre()
    )
    couvrants = [
        portefeuille.pk
        for portefeuille in candidats
        if Demande.objects.filter(portefeuille.perimetre(), pk=demande.pk).exists()
    ]
    suppleants = (
        Suppleance.objects.en_cours().filter(absent__portefeuilles__in=couvrants).exclude(absent=demande.auteur)
    )
    return (
        gestionnaires_actifs()
        .filter(Q(portefeuilles__in=couvrants) | Q(pk__in=suppleants.order_by().values("suppleant")))
        .exclude(pk=demande.auteur.pk)
        .distinct()
    )


def a_aviser_du_droit(profil: Profil, structure: Structure | None, *, sauf: Utilisateur) -> list[Utilisateur]:
    """Qui couvre aujourd'hui ce profil dans cette structure, `sauf` cette personne, que l'avis concerne.

    Qui s'absente laisse ses avis à qui le supplée.
    """
    candidats = (
        Portefeuille.objects.filter(Q(applications=profil.application_id) | Q(profils=profil))
        .distinct()
        .avec_perimetre()
    )
    couvrants = [portefeuille.pk for portefeuille in candidats if portefeuille.couvre(profil, structure)]
    tenants = gestionnaires_actifs().filter(portefeuilles__in=couvrants).exclude(pk=sauf.pk).distinct()
    relais = absences_suppleees().filter(absent__in=tenants).exclude(suppleant=sauf)
    suppleants = {absence.absent_id: absence.suppleant for absence in relais}
    return list(dict.fromkeys(suppleants.get(tenant.pk, tenant) for tenant in tenants))


def a_aviser(demande: Demande) -> list[Utilisateur]:
    """Qui couvre la demande aujourd'hui ; qui s'absente laisse ses avis à qui le supplée."""
    couvrants = list(gestionnaires_couvrant(demande))
    absents = set(absences_suppleees().filter(absent__in=couvrants).values_list("absent", flat=True))
    return [une for une in couvrants if une.pk not in absents] or couvrants


def en_charge(demande: Demande) -> list[Utilisateur]:
    """À qui la demande est affectée, ou qui supplée cette personne ; sans affectation, qui est à aviser."""
    if demande.affectee_a is None or demande.affectee_a not in gestionnaires_couvrant(demande):
        return a_aviser(demande)
    absence = absences_suppleees().filter(absent=demande.affectee_a).exclude(suppleant=demande.auteur).first()
    return [absence.suppleant if absence else demande.affectee_a]


def absences_suppleees() -> QuerySet[Suppleance]:
    """Absences d'aujourd'hui dont la personne suppléante est là : ce qui s'écrit à l'absente lui revient."""
    return Suppleance.objects.en_cours().filter(suppleant__etat=EtatCompte.ACTIF).select_related("suppleant", "absent")


def gestionnaires_nationaux() -> QuerySet[Utilisateur]:
    """Gestionnaires de l'ADMINISTRATION sans limite de territoire : eux voient ce que personne ne couvre."""
    nationaux = Portefeuille.objects.filter(
        Q(applications__code=ADMINISTRATION) | Q(profils__application__code=ADMINISTRATION),
        regions=None,
        departements=None,
        types_structure=None,
    )
    return gestionnaires_actifs().filter(portefeuilles__in=nationaux).distinct()


def supplees_par(personne: Utilisateur) -> list[Suppleance]:
    """Les absences que la personne supplée aujourd'hui."""
    return list(Suppleance.objects.en_cours().filter(suppleant=personne).select_related("absent"))


def en_suppleance_de(personne: Utilisateur, demande: Demande) -> Utilisateur | None:
    """Qui la personne supplée pour cette demande ; None si la demande lui revient en propre, ou pas du tout."""
    confies = list(Portefeuille.objects.de(personne))
    if all(portefeuille.tenu_par == personne.pk for portefeuille in confies):
        return None
    portefeuilles = [
        portefeuille
        for portefeuille in confies
        if Demande.objects.filter(portefeuille.perimetre(), pk=demande.pk).exists()
    ]
    tenus = {portefeuille.tenu_par for portefeuille in portefeuilles}
    if personne.pk in tenus:
        return None
    return Utilisateur.objects.filter(pk__in=tenus - {demande.demandeur_id}).order_by("nom", "prenom").first()


def absences_de(personne: Utilisateur) -> list[Suppleance]:
    """Absences de la personne, en cours et à venir."""
    return list(Suppleance.objects.a_venir_ou_en_cours().filter(absent=personne).select_related("suppleant"))


def suppleances_de(personne: Utilisateur) -> list[Suppleance]:
    """Absences d'autres personnes que celle-ci supplée, en cours et à venir."""
    return list(Suppleance.objects.a_venir_ou_en_cours().filter(suppleant=personne).select_related("absent"))


def habilitees(personne: Utilisateur, structure: Structure) -> QuerySet[Habilitation] | None:
    """Droits en vigueur sur cette structure, pour les profils que la personne y gère ; None si elle n'y gère rien."""
    profils, gere = Q(pk__in=[]), False
    for portefeuille in Portefeuille.objects.de(personne):
        if portefeuille.admet(structure.type_id, structure.departement_id):
            gere = True
            profils |= Q(profil__application__in=portefeuille.applications.all()) | Q(
                profil__in=portefeuille.profils.all()
            )
    if not gere:
        return None
    return (
        Habilitation.objects.actives()
        .filter(profils, structure=structure)
        .select_related("titulaire", "profil__application")
        .order_by("titulaire__nom", "titulaire__prenom", "profil")
        .distinct()
    )
