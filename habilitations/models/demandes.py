"""Les demandes."""

from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Utilisateur
from courriels.models import Courriel
from habilitations.delais import CALENDRIERS, departements_par_calendrier, jour_ouvre, jours_ouvres
from habilitations.enums import (
    DECIDEES,
    ENVOI_FACULTATIF,
    NON_DECIDEES,
    EtatDemande,
    EtatVerification,
    TypeDemande,
)
from habilitations.models.acceptation import RegleAcceptation
from habilitations.models.applications import Profil
from habilitations.models.etendues import Etendue
from structures.models import Departement, Structure


class DemandeQuerySet(models.QuerySet["Demande"]):
    def en_attente(self) -> "DemandeQuerySet":
        """Demandes dont la décision ne tient qu'aux gestionnaires."""
        return self.filter(etat=EtatDemande.EN_ATTENTE)

    def non_decidees(self) -> "DemandeQuerySet":
        """Demandes envoyées qu'une décision attend encore."""
        return self.filter(etat__in=NON_DECIDEES)

    def a_completer(self) -> "DemandeQuerySet":
        """Demandes qui attendent la réponse de leur auteur."""
        return self.filter(etat=EtatDemande.A_COMPLETER)

    def a_verifier(self) -> "DemandeQuerySet":
        """Demandes qu'une règle a acceptées, et que le tirage donne à vérifier."""
        return self.filter(verification__etat=EtatVerification.A_VERIFIER)

    def brouillons(self) -> "DemandeQuerySet":
        return self.filter(etat=EtatDemande.BROUILLON)

    def retenues(self) -> "DemandeQuerySet":
        """Demandes prêtes, qui partiront quand l'adresse de leur auteur sera confirmée."""
        return self.filter(etat=EtatDemande.A_CONFIRMER)

    def sans_auteur(self) -> "DemandeQuerySet":
        return self.filter(demandeur__isnull=True)

    def soumises(self) -> "DemandeQuerySet":
        """Demandes parties un jour chez les gestionnaires, retirées depuis ou non."""
        return self.filter(soumise_le__isnull=False)

    def decidees(self) -> "DemandeQuerySet":
        return self.filter(etat__in=DECIDEES)

    def agees_de(self, jours: int) -> "DemandeQuerySet":
        """Demandes qui ont attendu au moins `jours` jours ouvrés, chacune selon les jours fériés de son lieu."""
        aujourd_hui, ont_l_age = timezone.localdate(), Q(delai_jours__gte=jours)
        ailleurs = list(CALENDRIERS)
        for lieu, departements in departements_par_calendrier().items():
            borne = Q(delai_jours=None, delai_depuis__lte=jour_ouvre(aujourd_hui, -jours, departement=lieu))
            ont_l_age |= borne & (Q(departement__in=departements) if lieu else ~Q(departement__in=ailleurs))
        return self.filter(ont_l_age)


class Demande(models.Model):
    """Ce qu'une personne demande ; décidée une fois. Le droit qu'elle ouvre est une `Habilitation`."""

    # Vide : demande faite en s'inscrivant avec l'adresse d'un compte existant. Elle n'atteint ni ce compte ni personne.
    demandeur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="demandes")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="demandes")
    type = models.CharField(max_length=20, choices=TypeDemande, default=TypeDemande.AJOUT_PROFIL)
    structures = models.ManyToManyField(Structure, through="StructureDemandee", related_name="demandes")
    message = models.TextField("message au gestionnaire", max_length=2000, blank=True)
    etat = models.CharField("état", max_length=12, choices=EtatDemande, default=EtatDemande.BROUILLON)
    creee_le = models.DateTimeField("créée le", default=timezone.now, editable=False)
    soumise_le = models.DateTimeField("date de la demande", null=True, blank=True)
    decidee_le = models.DateTimeField("décidée le", null=True, blank=True)
    decideur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    # La règle qui a accepté, quand personne n'a décidé : la base veut l'un ou l'autre.
    regle = models.ForeignKey(
        RegleAcceptation, models.PROTECT, null=True, blank=True, editable=False, related_name="demandes"
    )
    affectee_a = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demandes_affectees",
        verbose_name="affectée à",
        db_index=False,
    )
    motif = models.TextField("motif de la décision", max_length=2000, blank=True)
    annulee_le = models.DateTimeField("annulée le", null=True, blank=True)
    # Tant qu'il n'est pas parti, la décision s'annule.
    courriel_de_decision = models.ForeignKey(
        Courriel, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # La question à laquelle la personne n'a pas encore répondu : la base refuse de décider tant qu'il y en a une.
    complement_ouvert = models.OneToOneField(
        "Complement", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    # Qui, en quittant sa structure, a proposé à `demandeur` de prendre sa suite.
    remise_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Le profil n'attend aucune structure : la base interdit ici les doublons que `StructureDemandee` ne voit pas.
    sans_structure = models.BooleanField(default=False, editable=False)
    # Le département de toutes ses structures (vide : sans structure, à cheval, ou inconnu) et leur étendue (vide : sans
    # structure), que tiennent les services (`situer`).
    departement = models.ForeignKey(
        Departement, models.PROTECT, null=True, blank=True, related_name="+", editable=False, db_index=False
    )
    etendue = models.ForeignKey(
        Etendue, models.PROTECT, null=True, blank=True, related_name="demandes", editable=False, db_index=False
    )
    # Le délai, que tiennent les services (`delais`), en jours ouvrés. Il court depuis `delai_depuis`, décalée à chaque
    # réponse du temps passé à l'attendre ; arrêté (question ouverte, demande finie), il vaut `delai_jours`.
    delai_depuis = models.DateField(null=True, blank=True, editable=False)
    delai_jours = models.PositiveSmallIntegerField("délai (jours ouvrés)", null=True, blank=True, editable=False)

    # Le dernier rappel envoyé (`EtapeRappel`) ; zéro, aucun.
    rappels = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = DemandeQuerySet.as_manager()

    class Meta:
        ordering = ["-soumise_le", "-pk"]
        indexes = [
            # Les listes de la file, chacune avec de quoi juger qui voit la demande : la base n'y relit pas la table.
            *(
                models.Index(
                    fields=["soumise_le", "id", "etendue", "profil", "demandeur"], condition=Q(etat=etat), name=nom
                )
                for etat, nom in (
                    (EtatDemande.EN_ATTENTE, "demande_a_traiter"),
                    (EtatDemande.A_COMPLETER, "demande_a_completer"),
                )
            ),
            *(
                models.Index(
                    fields=[*selon, "soumise_le", "id", *lus, "demandeur", "etat"],
                    condition=Q(soumise_le__isnull=False),
                    name=nom,
                )
                for selon, lus, nom in (
                    ([], ["etendue", "profil"], "demande_toutes"),
                    (["profil"], ["etendue"], "demande_profil"),
                    (["etendue"], ["profil"], "demande_lieu"),
                    (["type"], ["etendue", "profil"], "demande_de_type"),
                )
            ),
            models.Index(
                fields=["affectee_a", "soumise_le", "id", "etendue", "profil", "demandeur", "etat"],
                condition=Q(affectee_a__isnull=False),
                name="demande_affectation",
            ),
            models.Index(fields=["decidee_le", "id"], condition=Q(decidee_le__isnull=False), name="demande_decidee"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat__in=DECIDEES, decidee_le__isnull=False, decideur__isnull=False, regle__isnull=True)
                | Q(etat=EtatDemande.ACCEPTEE, decidee_le__isnull=False, decideur__isnull=True, regle__isnull=False)
                | (~Q(etat__in=DECIDEES) & Q(decidee_le__isnull=True, decideur__isnull=True, regle__isnull=True)),
                name="demande_decidee_a_auteur_et_date",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=ENVOI_FACULTATIF) | Q(soumise_le__isnull=False),
                name="demande_soumise_a_une_date",
            ),
            models.CheckConstraint(
                condition=Q(demandeur__isnull=False) | Q(etat__in=ENVOI_FACULTATIF, soumise_le__isnull=True),
                name="demande_envoyee_a_un_auteur",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemande.REFUSEE) | ~Q(motif=""), name="demande_refusee_a_un_motif"
            ),
            models.CheckConstraint(
                condition=Q(decideur__isnull=True) | ~Q(decideur=F("demandeur")), name="nul_ne_decide_pour_soi"
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatDemande.A_COMPLETER, complement_ouvert__isnull=False)
                | (~Q(etat=EtatDemande.A_COMPLETER) & Q(complement_ouvert__isnull=True)),
                name="demande_a_completer_a_une_question",
            ),
            models.UniqueConstraint(
                fields=["demandeur", "profil"],
                condition=Q(etat__in=NON_DECIDEES, sans_structure=True),
                name="une_demande_en_attente_sans_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"Demande n° {self.pk}"

    @property
    def age(self) -> int | None:
        """Jours ouvrés passés à attendre une décision ; None si la demande n'est jamais partie."""
        if self.delai_jours is not None or self.delai_depuis is None:
            return self.delai_jours
        return jours_ouvres(self.delai_depuis, timezone.localdate(), departement=self.departement_id)

    @property
    def en_retard(self) -> bool:
        return self.etat in NON_DECIDEES and self.age is not None and self.age > settings.DEMANDE_RETARD_JOURS

    @property
    def decidee_par(self) -> str:
        """Qui a décidé, ou quoi."""
        return "une règle d'acceptation automatique" if self.regle_id else str(self.decideur)

    @property
    def auteur(self) -> Utilisateur:
        """Qui a fait cette demande envoyée : la base exige qu'elle soit à quelqu'un."""
        return cast("Utilisateur", self.demandeur)


class StructureDemandee(models.Model):
    """Une structure d'une demande. Demandeur et profil y sont répétés pour que la base interdise les doublons."""

    demande = models.ForeignKey(Demande, models.CASCADE, related_name="structures_demandees")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="structures_demandees")
    demandeur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="+")
    # La demande est ouverte : partie, et pas décidée.
    en_attente = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["demande", "structure"], name="une_structure_une_fois_par_demande"),
            models.UniqueConstraint(
                fields=["demandeur", "profil", "structure"],
                condition=Q(en_attente=True),
                name="une_demande_en_attente_par_structure",
            ),
        ]

    def __str__(self) -> str:
        return str(self.structure)
