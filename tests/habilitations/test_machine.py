"""Toute la vie des demandes et des habilitations, tirée au sort, contre un modèle de quelques lignes.

Le modèle dit ce que chaque geste doit faire ou refuser ; après chaque pas la base, les tuiles, les courriels et le
journal doivent dire la même chose que lui.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from courriels.services import livrer_les_courriels
from habilitations import services
from habilitations.enums import DECIDEES, GESTES, NON_DECIDEES, TENUES, TypeDemande
from habilitations.enums import EtatDemande as D
from habilitations.enums import EtatHabilitation as H
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Complement, Demande, Habilitation, StructureDemandee
from habilitations.queries import tuiles
from habilitations.services.echeances import faire_echoir
from journal.models import Evenement
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import profil_avec_structures, profil_sans_structure
from tests.structures.factories import StructureFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

LETTRES = ["habilitations/courriels/demande_acceptee", "habilitations/courriels/demande_refusee"]
rangs = st.integers(0, 30)


@dataclass
class Dossier:
    """Ce que le modèle sait d'une demande."""

    demande: Demande
    structures: set[Structure | None]
    etat: D = D.EN_ATTENTE
    decideur: Utilisateur | None = None
    retenu: bool = False
    reponse: set[Structure | None] = field(default_factory=set)
    gestes: list[str] = field(default_factory=lambda: ["demande.commencee", "demande.soumise"])
    # Droits prolongés par l'acceptation, et s'ils étaient échus avant.
    prolonges: list[tuple["Droit", bool]] = field(default_factory=list)

    @property
    def cles(self):
        return {(self.demande.demandeur, self.demande.profil, structure) for structure in self.structures}


@dataclass
class Droit:
    """Ce que le modèle sait d'une habilitation."""

    habilitation: Habilitation
    etat: H = H.ACTIVE
    echu: bool = False

    @property
    def cle(self):
        return (self.habilitation.titulaire, self.habilitation.profil, self.habilitation.structure)


class Vie(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.essai = transaction.atomic()
        self.essai.__enter__()
        mail.outbox.clear()
        self.personnes = UtilisateurFactory.create_batch(2)
        self.decideurs = UtilisateurFactory.create_batch(2)
        self.avec, self.sans = profil_avec_structures(duree_mois=12), profil_sans_structure()
        self.lieux = StructureFactory.create_batch(2)
        self.dossiers: list[Dossier] = []
        self.droits: list[Droit] = []
        self.parties = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.essai.__exit__(None, None, None)

    # --- Ce que le modèle sait dire -----------------------------------------------------------------------------------
    def dossier(self, rang, *etats):
        """Une fois sur deux, l'un de ceux dont l'état permet le geste ; sinon n'importe lequel."""
        permis = [dossier for dossier in self.dossiers if dossier.etat in etats]
        choix = permis if permis and rang % 2 else self.dossiers
        return choix[rang // 2 % len(choix)]

    def droit(self, rang):
        return self.droits[rang % len(self.droits)]

    def tenu(self, cle):
        return next((droit for droit in self.droits if droit.cle == cle and droit.etat in TENUES), None)

    def attendue(self, cles, sauf=None):
        return any(d.etat in NON_DECIDEES and d is not sauf and d.cles & cles for d in self.dossiers)

    def prise(self, cles, sauf=None):
        """Une demande de ces droits serait refusée : déjà tenus, ou déjà attendus."""
        droits = [self.tenu(cle) for cle in cles]
        tenus = any(droit and (droit.etat == H.SUSPENDUE or not droit.echu) for droit in droits)
        return tenus or self.attendue(cles, sauf)

    def tenter(self, geste, *, permis, refus=TransitionInterdite):
        """Le geste se fait si le modèle le permet ; sinon il est refusé par cette erreur, et rien n'a bougé."""
        if permis:
            return geste()
        avant = self.empreinte()
        with pytest.raises(refus), transaction.atomic():
            geste()
        assert self.empreinte() == avant
        return None

    def empreinte(self):
        return (
            Evenement.objects.count(),
            list(Courriel.objects.order_by("pk").values_list("pk", "etat")),
            list(Demande.objects.order_by("pk").values_list("pk", "etat")),
            list(Habilitation.objects.order_by("pk").values_list("pk", "etat", "fin_le")),
        )

    # --- La personne qui demande --------------------------------------------------------------------------------------
    @rule(qui=st.integers(0, 1), lieux=st.sets(st.integers(0, 1), max_size=2))
    def soumettre(self, qui, lieux):
        """Sans lieu, le profil qui n'en attend pas."""
        personne = self.personnes[qui]
        profil = self.avec if lieux else self.sans
        structures = {self.lieux[lieu] for lieu in lieux} or {None}
        cles = {(personne, profil, structure) for structure in structures}

        def demander():
            demande = services.creer_brouillon(profil=profil, acteur=personne)
            for structure in structures - {None}:
                services.ajouter_structure(demande=demande, structure=structure, acteur=personne)
            return services.soumettre(demande=demande, acteur=personne)

        demande = self.tenter(demander, permis=not self.prise(cles), refus=DemandeImpossible)
        if demande:
            self.dossiers.append(Dossier(demande, structures))

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs)
    def retirer(self, rang):
        dossier = self.dossier(rang, *NON_DECIDEES)
        geste = lambda: services.annuler(demande=dossier.demande, acteur=dossier.demande.demandeur)  # noqa: E731
        if self.tenter(geste, permis=dossier.etat in NON_DECIDEES):
            dossier.etat = D.ANNULEE
            dossier.gestes.append("demande.annulee")

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, lieu=st.integers(0, 1))
    def proposer(self, rang, lieu):
        dossier, structure = self.dossier(rang, D.A_COMPLETER), self.lieux[lieu]
        demande = dossier.demande
        if demande.type == TypeDemande.RENOUVELLEMENT:
            return
        attend = dossier.etat == D.A_COMPLETER
        libre = demande.profil == self.avec and (
            structure in dossier.reponse or not self.prise({(demande.demandeur, self.avec, structure)}, sauf=dossier)
        )
        fait = self.tenter(
            lambda: services.proposer_structure(demande=demande, structure=structure, acteur=demande.demandeur),
            permis=attend and libre,
            refus=DemandeImpossible if attend else TransitionInterdite,
        )
        if fait:
            dossier.reponse.add(structure)

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, lieu=st.integers(0, 1))
    def ecarter(self, rang, lieu):
        dossier, structure = self.dossier(rang, D.A_COMPLETER), self.lieux[lieu]
        fait = self.tenter(
            lambda: services.ecarter_structure(
                demande=dossier.demande, structure=structure, acteur=dossier.demande.demandeur
            ),
            permis=dossier.etat == D.A_COMPLETER,
        )
        if fait:
            dossier.reponse.discard(structure)

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs)
    def repondre(self, rang):
        dossier = self.dossier(rang, D.A_COMPLETER)
        demande = dossier.demande
        attend = dossier.etat == D.A_COMPLETER
        nouvelles = {(demande.demandeur, demande.profil, s) for s in dossier.reponse - dossier.structures}
        fait = self.tenter(
            lambda: services.repondre(demande=demande, acteur=demande.demandeur, reponse="Voici."),
            permis=attend and bool(dossier.reponse) and not self.prise(nouvelles, sauf=dossier),
            refus=DemandeImpossible if attend else TransitionInterdite,
        )
        if fait:
            dossier.etat, dossier.structures = D.EN_ATTENTE, set(dossier.reponse)
            dossier.gestes.append("demande.completee")

    # --- Les gestionnaires --------------------------------------------------------------------------------------------
    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, qui=st.integers(0, 1))
    def demander_complement(self, rang, qui):
        dossier = self.dossier(rang, D.EN_ATTENTE)
        fait = self.tenter(
            lambda: services.demander_complement(
                demande=dossier.demande, acteur=self.decideurs[qui], questions="Qui êtes-vous ?"
            ),
            permis=dossier.etat == D.EN_ATTENTE,
        )
        if fait:
            dossier.etat, dossier.reponse = D.A_COMPLETER, set(dossier.structures)
            dossier.gestes.append("demande.a_completer")

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, qui=st.integers(0, 1))
    def retirer_complement(self, rang, qui):
        dossier = self.dossier(rang, D.A_COMPLETER)
        fait = self.tenter(
            lambda: services.retirer_complement(demande=dossier.demande, acteur=self.decideurs[qui]),
            permis=dossier.etat == D.A_COMPLETER,
        )
        if fait:
            dossier.etat = D.EN_ATTENTE
            dossier.gestes.append("demande.complement_retire")

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, qui=st.integers(0, 1))
    def accepter(self, rang, qui):
        dossier = self.dossier(rang, D.EN_ATTENTE)
        fait = self.tenter(
            lambda: services.accepter(demande=dossier.demande, acteur=self.decideurs[qui]),
            permis=dossier.etat == D.EN_ATTENTE,
        )
        if not fait:
            return
        self._decidee(dossier, D.ACCEPTEE, qui)
        nouveaux = {
            (h.titulaire, h.profil, h.structure): h
            for h in Habilitation.objects.filter(demande=dossier.demande, etat=H.ACTIVE).exclude(
                pk__in=[droit.habilitation.pk for droit in self.droits]
            )
        }
        dossier.prolonges = []
        for cle in dossier.cles:
            tenu = self.tenu(cle)
            if tenu and dossier.demande.type == TypeDemande.RENOUVELLEMENT:
                dossier.prolonges.append((tenu, tenu.echu))
                tenu.echu = False
            elif tenu is None or tenu.echu:
                if tenu:
                    tenu.etat = H.EXPIREE
                self.droits.append(Droit(nouveaux.pop(cle)))
        assert nouveaux == {}

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, qui=st.integers(0, 1))
    def refuser(self, rang, qui):
        dossier = self.dossier(rang, D.EN_ATTENTE)
        fait = self.tenter(
            lambda: services.refuser(demande=dossier.demande, acteur=self.decideurs[qui], motif="Non."),
            permis=dossier.etat == D.EN_ATTENTE,
        )
        if fait:
            self._decidee(dossier, D.REFUSEE, qui)

    def _decidee(self, dossier, etat, qui):
        dossier.etat, dossier.decideur, dossier.retenu = etat, self.decideurs[qui], True
        dossier.gestes.append(f"demande.{etat}")

    @precondition(lambda self: self.dossiers)
    @rule(rang=rangs, qui=st.integers(0, 1))
    def annuler_la_decision(self, rang, qui):
        dossier = self.dossier(rang, *DECIDEES)
        decidee = dossier.etat in DECIDEES
        sienne = dossier.decideur == self.decideurs[qui] and dossier.retenu
        fait = self.tenter(
            lambda: services.annuler_decision(demande=dossier.demande, acteur=self.decideurs[qui]),
            permis=decidee and sienne and not self.attendue(dossier.cles, sauf=dossier),
            refus=DemandeImpossible if decidee else TransitionInterdite,
        )
        if not fait:
            return
        if dossier.etat == D.ACCEPTEE:
            for droit in self.droits:
                if droit.habilitation.demande_id == dossier.demande.pk and droit.etat in TENUES:
                    droit.etat = H.ANNULEE
            for droit, echu in dossier.prolonges:
                if droit.etat in TENUES:
                    droit.echu = echu
        dossier.etat, dossier.decideur, dossier.retenu = D.EN_ATTENTE, None, False
        dossier.gestes.append("demande.decision_annulee")

    # --- Les droits ---------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.droits)
    @rule(rang=rangs, qui=st.integers(0, 1), verbe=st.sampled_from(["renoncer", "revoquer", "suspendre", "reprendre"]))
    def toucher_au_droit(self, rang, qui, verbe):
        droit = self.droit(rang)
        depuis, vers = {
            "renoncer": (TENUES, H.RENONCEE),
            "revoquer": (TENUES, H.REVOQUEE),
            "suspendre": ([H.ACTIVE], H.SUSPENDUE),
            "reprendre": ([H.SUSPENDUE], H.ACTIVE),
        }[verbe]
        motif = {} if verbe == "renoncer" else {"motif": "Départ."}
        acteur = droit.habilitation.titulaire if verbe == "renoncer" else self.decideurs[qui]
        geste = lambda: getattr(services, verbe)(habilitation=droit.habilitation, acteur=acteur, **motif)  # noqa: E731
        if self.tenter(geste, permis=droit.etat in depuis):
            droit.etat = vers

    @precondition(lambda self: self.droits)
    @rule(rang=rangs)
    def renouveler(self, rang):
        """Dix jours avant la fin, ou après elle. Le modèle ne prédit pas le refus ; il éprouve ce qui est accordé."""
        droit = self.droit(rang)
        if not droit.echu:
            fin = timezone.localdate() + timedelta(days=10)
            Habilitation.objects.filter(pk=droit.habilitation.pk).update(fin_le=fin)
        titulaire = droit.habilitation.titulaire
        try:
            with transaction.atomic():
                demande = services.renouveler(habilitation=droit.habilitation, acteur=titulaire)
                demande = services.soumettre(demande=demande, acteur=titulaire)
        except (DemandeImpossible, TransitionInterdite):
            return
        dossier = Dossier(demande, set(demande.structures.all()) or {None})
        assert demande.type == TypeDemande.RENOUVELLEMENT
        assert not self.attendue(dossier.cles)
        self.dossiers.append(dossier)

    # --- Le temps -----------------------------------------------------------------------------------------------------
    @rule()
    def le_delai_d_annulation_passe(self):
        Courriel.objects.filter(etat=EtatCourriel.A_ENVOYER).update(prochain_essai_le=timezone.now())
        livrer_les_courriels()
        for dossier in self.dossiers:
            self.parties += dossier.retenu
            dossier.retenu = False

    @precondition(lambda self: self.droits)
    @rule(rang=rangs)
    def le_dernier_jour_passe(self, rang):
        droit = self.droit(rang)
        if droit.etat in TENUES:
            hier = timezone.localdate() - timedelta(days=1)
            Habilitation.objects.filter(pk=droit.habilitation.pk).update(fin_le=hier)
            droit.echu = True

    @rule()
    def faire_echoir(self):
        echus = [droit for droit in self.droits if droit.etat in TENUES and droit.echu]
        assert faire_echoir() == len(echus)
        for droit in echus:
            droit.etat = H.EXPIREE

    # --- Ce qui doit rester vrai --------------------------------------------------------------------------------------
    @invariant()
    def la_base_dit_ce_que_dit_le_modele(self):
        etats = dict(Demande.objects.values_list("pk", "etat"))
        assert etats == {d.demande.pk: d.etat for d in self.dossiers}
        decideurs = dict(Demande.objects.filter(decideur__isnull=False).values_list("pk", "decideur"))
        assert decideurs == {d.demande.pk: d.decideur.pk for d in self.dossiers if d.decideur}
        droits = dict(Habilitation.objects.values_list("pk", "etat"))
        assert droits == {droit.habilitation.pk: droit.etat for droit in self.droits}
        demandees = StructureDemandee.objects.values_list("demande", "structure", "en_attente")
        assert set(demandees) == {
            (d.demande.pk, s.pk, d.etat in NON_DECIDEES) for d in self.dossiers for s in d.structures - {None}
        }
        ouverts = Complement.objects.filter(repondu_le=None, retire_le=None).values_list("demande", flat=True)
        assert sorted(ouverts) == sorted(d.demande.pk for d in self.dossiers if d.etat == D.A_COMPLETER)

    @invariant()
    def une_tuile_est_ouverte_si_et_seulement_si_un_droit_est_en_vigueur(self):
        for personne in self.personnes:
            en_vigueur = any(d.cle[0] == personne and d.etat == H.ACTIVE and not d.echu for d in self.droits)
            assert bool(tuiles(personne)) == en_vigueur

    @invariant()
    def chaque_decision_a_un_courriel_et_un_seul(self):
        lettres = Courriel.objects.filter(modele__in=LETTRES)
        assert lettres.filter(etat=EtatCourriel.A_ENVOYER).count() == sum(d.retenu for d in self.dossiers)
        assert lettres.filter(etat=EtatCourriel.ENVOYE).count() == self.parties
        envoyees = [m for m in mail.outbox if "est acceptée" in m.subject or "est refusée" in m.subject]
        assert len(envoyees) == self.parties
        assert self.parties + sum(d.retenu for d in self.dossiers) == sum(d.etat in DECIDEES for d in self.dossiers)

    @invariant()
    def le_journal_raconte_tout_dans_l_ordre(self):
        for dossier in self.dossiers:
            consignes = Evenement.objects.sur(dossier.demande).filter(action__in=GESTES).order_by("pk")
            assert list(consignes.values_list("action", flat=True)) == dossier.gestes


def test_toute_la_vie_des_demandes_et_des_habilitations(settings):
    settings.DECISION_ANNULABLE_SECONDES = 20
    run_state_machine_as_test(Vie, settings=ESSAIS)


ESSAIS = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
