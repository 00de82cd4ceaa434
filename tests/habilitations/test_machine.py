"""Toute la vie des demandes et des habilitations, tirée au sort, contre un modèle de quelques lignes.

Le modèle dit ce que chaque geste doit faire ou refuser ; après chaque pas la base, les tuiles, les courriels et le
journal doivent dire la même chose que lui. Chaque histoire commence avec des droits, un renouvellement accepté, une
demande en attente, une question posée et une revue ouverte : partie de rien, la machine n'acceptait que deux demandes
en six cents pas, et une révocation sans effet lui échappait.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.conf import settings as reglages
from django.core import mail
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from courriels.services import livrer_les_courriels
from habilitations import services
from habilitations.enums import (
    DECIDEES,
    GESTES,
    GESTES_HABILITATION,
    NON_DECIDEES,
    TENUES,
    IssueDeRevue,
    SansReponse,
    TypeDemande,
)
from habilitations.enums import EtatDemande as D
from habilitations.enums import EtatHabilitation as H
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Complement, Demande, Habilitation, LigneDeRevue, Revue, StructureDemandee
from habilitations.queries import tuiles
from habilitations.services.droits import mois_plus_tard
from journal.models import Evenement
from structures.enums import EtatStructure
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import gestionnaire, profil_avec_structures, profil_sans_structure
from tests.structures.factories import StructureFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

COURRIELS = "habilitations/courriels/"
LETTRES = [f"{COURRIELS}demande_acceptee", f"{COURRIELS}demande_refusee"]
rangs = st.integers(0, 63)


@dataclass
class Dossier:
    """Ce que le modèle sait d'une demande."""

    demande: Demande
    structures: set[Structure | None]
    etat: D = D.EN_ATTENTE
    decideur: Utilisateur | None = None
    questionneur: Utilisateur | None = None
    retenu: bool = False
    reponse: set[Structure | None] = field(default_factory=set)
    gestes: list[str] = field(default_factory=lambda: ["demande.commencee", "demande.soumise"])
    # Ce que l'acceptation a prolongé : la fin et l'avis d'avant, la fin d'après.
    prolonges: list[tuple["Droit", date | None, int | None, date | None]] = field(default_factory=list)

    @property
    def cles(self):
        return {(self.demande.demandeur, self.demande.profil, structure) for structure in self.structures}


@dataclass
class Droit:
    """Ce que le modèle sait d'une habilitation."""

    habilitation: Habilitation
    fin: date | None
    etat: H = H.ACTIVE
    avis: int | None = None
    gestes: list[str] = field(default_factory=lambda: ["habilitation.ouverte"])

    @property
    def cle(self):
        return (self.habilitation.titulaire, self.habilitation.profil, self.habilitation.structure)

    @property
    def echu(self):
        return self.fin is not None and self.fin < timezone.localdate()

    def passer(self, etat):
        self.etat = etat
        self.gestes.append(f"habilitation.{etat}")


class Vie(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.essai = transaction.atomic()
        self.essai.__enter__()
        mail.outbox.clear()
        self.personnes = UtilisateurFactory.create_batch(2)
        self.decideurs = [gestionnaire(), gestionnaire()]
        self.avec, self.sans = profil_avec_structures(duree_mois=12), profil_sans_structure()
        self.lieux = StructureFactory.create_batch(3)
        self.dossiers: list[Dossier] = []
        self.droits: list[Droit] = []
        self.revue: Revue | None = None
        # Par droit en revue, ce qui en a été dit.
        self.issues: dict[int, IssueDeRevue] = {}
        self.parties = 0
        # Les courriels écrits, hors les lettres de décision : modèle et destinataire.
        self.ecrits: Counter[tuple[str, str]] = Counter()

    @initialize()
    def des_droits_une_demande_et_une_question(self):
        une, autre = self.personnes
        premier, second, _ = self.lieux
        self.demander(une, {premier, second})
        self._accepter(self.dossiers[0], 0)
        self._finir_dans(self.droits[1], 10)
        self._passer_la_nuit()
        self._renouveler(self.droits[1])
        self._accepter(self.dossiers[1], 1)
        self.demander(autre, {premier})
        self.demander(autre, {second})
        self._questionner(self.dossiers[-1], 1)
        self._ouvrir_une_revue(SansReponse.EXPIRENT)

    def teardown(self):
        transaction.set_rollback(True)
        self.essai.__exit__(None, None, None)

    # --- Ce que le modèle sait dire -----------------------------------------------------------------------------------
    def parmi(self, rang, tous, etats):
        """Sept fois sur huit, l'un de ceux dont l'état permet le geste ; sinon n'importe lequel."""
        permis = [un for un in tous if un.etat in etats]
        choix = permis if permis and rang % 8 < 7 else tous
        return choix[rang // 8 % len(choix)]

    def un_dossier(self, *etats):
        return any(dossier.etat in etats for dossier in self.dossiers)

    def dossier(self, rang, *etats):
        return self.parmi(rang, self.dossiers, etats)

    def ecrire(self, modele, *personnes):
        self.ecrits.update((COURRIELS + modele, personne.courriel) for personne in personnes)

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
    @rule(qui=st.integers(0, 1), lieux=st.sets(st.integers(0, 2), max_size=2))
    def soumettre(self, qui, lieux):
        """Sans lieu, le profil qui n'en attend pas."""
        personne = self.personnes[qui]
        self.demander(personne, {self.lieux[lieu] for lieu in lieux} or {None})

    def demander(self, personne, structures):
        profil = self.sans if None in structures else self.avec
        cles = {(personne, profil, structure) for structure in structures}

        def demander():
            demande = services.creer_brouillon(profil=profil, acteur=personne)
            for structure in structures - {None}:
                services.ajouter_structure(demande=demande, structure=structure, acteur=personne)
            return services.soumettre(demande=demande, acteur=personne)

        demande = self.tenter(demander, permis=not self.prise(cles), refus=DemandeImpossible)
        if demande:
            self._soumis(Dossier(demande, structures))

    def _soumis(self, dossier):
        self.dossiers.append(dossier)
        self.ecrire("demande_recue", dossier.demande.demandeur)
        self.ecrire("demande_a_traiter", *self.decideurs)

    @precondition(lambda self: self.un_dossier(*NON_DECIDEES))
    @rule(rang=rangs)
    def retirer(self, rang):
        dossier = self.dossier(rang, *NON_DECIDEES)
        geste = lambda: services.annuler(demande=dossier.demande, acteur=dossier.demande.demandeur)  # noqa: E731
        if self.tenter(geste, permis=dossier.etat in NON_DECIDEES):
            dossier.etat = D.ANNULEE
            dossier.gestes.append("demande.annulee")

    @precondition(lambda self: self.un_dossier(D.A_COMPLETER))
    @rule(rang=rangs, lieu=st.integers(0, 2))
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

    @precondition(lambda self: self.un_dossier(D.A_COMPLETER))
    @rule(rang=rangs, lieu=st.integers(0, 2))
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

    @precondition(lambda self: self.un_dossier(D.A_COMPLETER))
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
            self.ecrire("complement_apporte", dossier.questionneur)

    # --- Les gestionnaires --------------------------------------------------------------------------------------------
    @precondition(lambda self: self.un_dossier(D.EN_ATTENTE))
    @rule(rang=rangs, qui=st.integers(0, 1))
    def demander_complement(self, rang, qui):
        self._questionner(self.dossier(rang, D.EN_ATTENTE), qui)

    def _questionner(self, dossier, qui):
        fait = self.tenter(
            lambda: services.demander_complement(
                demande=dossier.demande, acteur=self.decideurs[qui], questions="Qui êtes-vous ?"
            ),
            permis=dossier.etat == D.EN_ATTENTE,
        )
        if fait:
            dossier.etat, dossier.reponse = D.A_COMPLETER, set(dossier.structures)
            dossier.questionneur = self.decideurs[qui]
            dossier.gestes.append("demande.a_completer")
            self.ecrire("complement_demande", dossier.demande.demandeur)

    @precondition(lambda self: self.un_dossier(D.A_COMPLETER))
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
            self.ecrire("complement_retire", dossier.demande.demandeur)

    @precondition(lambda self: self.un_dossier(D.EN_ATTENTE))
    @rule(rang=rangs, qui=st.integers(0, 1))
    def accepter(self, rang, qui):
        self._accepter(self.dossier(rang, D.EN_ATTENTE), qui)

    def _accepter(self, dossier, qui):
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
        jour = timezone.localdate()
        # Dans un ordre fixe : les mêmes tirages rejouent la même histoire.
        for cle in sorted(dossier.cles, key=lambda cle: cle[2].pk if cle[2] else 0):
            tenu, duree = self.tenu(cle), cle[1].duree_mois
            if tenu and dossier.demande.type == TypeDemande.RENOUVELLEMENT:
                fin = mois_plus_tard(max(tenu.fin or jour, jour), duree) if duree else None
                dossier.prolonges.append((tenu, tenu.fin, tenu.avis, fin))
                tenu.fin, tenu.avis = fin, None
                tenu.gestes.append("habilitation.prolongee")
            elif tenu is None or tenu.echu:
                if tenu:
                    tenu.passer(H.EXPIREE)
                self.droits.append(Droit(nouveaux.pop(cle), mois_plus_tard(jour, duree) if duree else None))
        assert nouveaux == {}

    @precondition(lambda self: self.un_dossier(D.EN_ATTENTE))
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

    @precondition(lambda self: self.un_dossier(*DECIDEES))
    @rule(rang=rangs, qui=st.integers(0, 1))
    def annuler_la_decision(self, rang, qui):
        """Le plus souvent, celle qui a décidé, et dont le courriel n'est pas parti."""
        retenus = [dossier for dossier in self.dossiers if dossier.retenu]
        dossier = retenus[rang // 8 % len(retenus)] if retenus and rang % 8 < 6 else self.dossier(rang, *DECIDEES)
        acteur = dossier.decideur if dossier.decideur and rang % 8 < 7 else self.decideurs[qui]
        decidee = dossier.etat in DECIDEES
        sienne = dossier.decideur == acteur and dossier.retenu
        fait = self.tenter(
            lambda: services.annuler_decision(demande=dossier.demande, acteur=acteur),
            permis=decidee and sienne and not self.attendue(dossier.cles, sauf=dossier),
            refus=DemandeImpossible if decidee else TransitionInterdite,
        )
        if not fait:
            return
        if dossier.etat == D.ACCEPTEE:
            for droit in self.droits:
                if droit.habilitation.demande_id == dossier.demande.pk and droit.etat in TENUES:
                    droit.passer(H.ANNULEE)
            for droit, fin, avis, prolongee in reversed(dossier.prolonges):
                if droit.etat in TENUES and droit.fin == prolongee:
                    droit.fin, droit.avis = fin, avis
                    droit.gestes.append("habilitation.deprolongee")
        dossier.etat, dossier.decideur, dossier.retenu = D.EN_ATTENTE, None, False
        dossier.gestes.append("demande.decision_annulee")

    # --- Les droits ---------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.droits)
    @rule(rang=rangs, qui=st.integers(0, 1), verbe=st.sampled_from(["renoncer", "revoquer", "suspendre", "reprendre"]))
    def toucher_au_droit(self, rang, qui, verbe):
        depuis, vers, lettre = {
            "renoncer": (TENUES, H.RENONCEE, "habilitation_renoncee"),
            "revoquer": (TENUES, H.REVOQUEE, "habilitation_revoquee"),
            "suspendre": ([H.ACTIVE], H.SUSPENDUE, "habilitation_suspendue"),
            "reprendre": ([H.SUSPENDUE], H.ACTIVE, "habilitation_reprise"),
        }[verbe]
        droit = self.parmi(rang, self.droits, depuis)
        motif = {} if verbe == "renoncer" else {"motif": "Départ."}
        acteur = droit.habilitation.titulaire if verbe == "renoncer" else self.decideurs[qui]
        geste = lambda: getattr(services, verbe)(habilitation=droit.habilitation, acteur=acteur, **motif)  # noqa: E731
        if self.tenter(geste, permis=droit.etat in depuis):
            droit.etat = vers
            droit.gestes.append("habilitation.reprise" if verbe == "reprendre" else f"habilitation.{vers}")
            self.ecrire(lettre, droit.habilitation.titulaire)

    @precondition(lambda self: self.droits)
    @rule(rang=rangs)
    def renouveler(self, rang):
        """Dix jours avant la fin, ou après elle. Le modèle ne prédit pas le refus ; il éprouve ce qui est accordé."""
        droit = self.parmi(rang, self.droits, [H.ACTIVE])
        if not droit.echu:
            self._finir_dans(droit, 10)
        self._renouveler(droit)

    def _renouveler(self, droit):
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
        self._soumis(dossier)

    @precondition(lambda self: any(d.etat in TENUES and d.cle[2] == self.lieux[1] for d in self.droits))
    @rule(qui=st.integers(0, 1))
    def transferer(self, qui):
        """Le second lieu ferme au profit du premier, le temps du transfert : un registre se trompe, puis se corrige."""
        successeur, ferme, _ = self.lieux
        registre = Structure.objects.filter(pk=ferme.pk)
        registre.update(etat=EtatStructure.FERME, successeur=successeur)
        passent = [droit for droit in self.droits if droit.etat in TENUES and droit.cle[2] == ferme]
        services.transferer(structure=registre.get(), acteur=self.decideurs[qui])
        registre.update(etat=EtatStructure.OUVERT, successeur=None)
        for droit in passent:
            titulaire, profil, _ = droit.cle
            if not self.tenu((titulaire, profil, successeur)):
                nouveau = Habilitation.objects.tenues().get(titulaire=titulaire, profil=profil, structure=successeur)
                self.droits.append(Droit(nouveau, droit.fin, droit.etat, droit.avis))
            droit.passer(H.TRANSFEREE)
        self.ecrire("habilitations_transferees", *{droit.habilitation.titulaire for droit in passent})

    @rule(qui=st.integers(0, 1), lieu=st.integers(0, 2))
    def quitter(self, qui, lieu):
        personne, structure = self.personnes[qui], self.lieux[lieu]
        rendus = [d for d in self.droits if d.etat in TENUES and d.cle[0] == personne and d.cle[2] == structure]
        attendus = [d for d in self.dossiers if d.etat in NON_DECIDEES and d.demande.demandeur == personne]
        touches = [dossier for dossier in attendus if structure in dossier.structures]
        assert bool(services.quitter_structure(structure=structure, acteur=personne)) == bool(rendus or touches)
        for droit in rendus:
            droit.passer(H.RENONCEE)
        for dossier in touches:
            if dossier.structures == {structure}:
                dossier.etat = D.ANNULEE
                dossier.gestes.append("demande.annulee")
            else:
                dossier.structures.discard(structure)
                dossier.reponse.discard(structure)
        if rendus or touches:
            self.ecrire("structure_quittee", personne)
        if rendus:
            self.ecrire("depart_signale", *self.decideurs)

    # --- Les revues ---------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.revue is None)
    @rule(sans_reponse=st.sampled_from(SansReponse))
    def ouvrir_une_revue(self, sans_reponse):
        self._ouvrir_une_revue(sans_reponse)

    def _ouvrir_une_revue(self, sans_reponse):
        tenus = [droit for droit in self.droits if droit.etat in TENUES]
        revue = self.tenter(
            lambda: services.ouvrir_revue(
                application=self.avec.application,
                profil=None,
                echeance_le=timezone.localdate() + timedelta(days=30),
                sans_reponse=sans_reponse,
                acteur=self.decideurs[0],
            ),
            permis=tenus,
            refus=DemandeImpossible,
        )
        if revue:
            self.revue, self.issues = revue, {droit.habilitation.pk: IssueDeRevue.A_REVOIR for droit in tenus}
            self.ecrire("revue_ouverte", *self.decideurs)

    @precondition(lambda self: self.issues)
    @rule(rang=rangs, qui=st.integers(0, 1), verbe=st.sampled_from(["confirmer", "revoquer"]))
    def repondre_a_la_revue(self, rang, qui, verbe):
        en_revue = [droit for droit in self.droits if droit.habilitation.pk in self.issues]
        droit = self.parmi(rang, en_revue, TENUES)
        ligne = LigneDeRevue.objects.filter(habilitation=droit.habilitation).latest("pk")
        attend = self.revue is not None and self.issues[droit.habilitation.pk] == IssueDeRevue.A_REVOIR
        motif = {"motif": "Départ."} if verbe == "revoquer" else {}
        fait = self.tenter(
            lambda: getattr(services, f"{verbe}_dans_la_revue")(ligne=ligne, acteur=self.decideurs[qui], **motif),
            permis=attend and droit.etat in TENUES,
            refus=TransitionInterdite if attend else DemandeImpossible,
        )
        if not fait:
            return
        if verbe == "revoquer":
            self.issues[droit.habilitation.pk] = IssueDeRevue.REVOQUEE
            droit.passer(H.REVOQUEE)
            self.ecrire("habilitation_revoquee", droit.habilitation.titulaire)
        else:
            self.issues[droit.habilitation.pk] = IssueDeRevue.CONFIRMEE
            droit.gestes.append("habilitation.confirmee")

    @precondition(lambda self: self.revue)
    @rule()
    def clore_la_revue(self):
        services.clore_la_revue(revue=self.revue, acteur=self.decideurs[0])
        for droit in self.droits:
            numero = droit.habilitation.pk
            if self.issues.get(numero) != IssueDeRevue.A_REVOIR:
                continue
            if droit.etat not in TENUES:
                self.issues[numero] = IssueDeRevue.SANS_OBJET
            elif self.revue.sans_reponse == SansReponse.RIEN:
                self.issues[numero] = IssueDeRevue.SANS_REPONSE
            else:
                self.issues[numero] = IssueDeRevue.EXPIREE
                droit.passer(H.EXPIREE)
                self.ecrire("habilitation_non_confirmee", droit.habilitation.titulaire)
        self.revue = None

    # --- Le temps -----------------------------------------------------------------------------------------------------
    @precondition(lambda self: any(dossier.retenu for dossier in self.dossiers))
    @rule()
    def le_delai_d_annulation_passe(self):
        Courriel.objects.filter(etat=EtatCourriel.A_ENVOYER).update(prochain_essai_le=timezone.now())
        livrer_les_courriels()
        for dossier in self.dossiers:
            self.parties += dossier.retenu
            dossier.retenu = False

    def _finir_dans(self, droit, jours):
        if droit.etat in TENUES:
            droit.fin = timezone.localdate() + timedelta(days=jours)
            Habilitation.objects.filter(pk=droit.habilitation.pk).update(fin_le=droit.fin)

    @precondition(lambda self: self.droits)
    @rule(rang=rangs, jours=st.sampled_from([-1, 5, 20, 50]))
    def la_fin_approche_ou_passe(self, rang, jours):
        self._finir_dans(self.parmi(rang, self.droits, TENUES), jours)

    @precondition(lambda self: self.droits)
    @rule()
    def la_nuit_passe(self):
        self._passer_la_nuit()

    def _passer_la_nuit(self):
        """Les deux tournées des échéances : fermer ce qui a fini, avertir de ce qui va finir."""
        echus = [droit for droit in self.droits if droit.etat in TENUES and droit.echu]
        assert services.faire_echoir() == len(echus)
        for droit in echus:
            droit.passer(H.EXPIREE)
        self.ecrire("habilitations_echues", *{droit.habilitation.titulaire for droit in echus})
        avertis = set()
        for droit in self.droits:
            restants = (droit.fin - timezone.localdate()).days if droit.fin else None
            seuils = [jours for jours in reglages.ECHEANCE_AVIS_JOURS if restants is not None and restants <= jours]
            if droit.etat == H.ACTIVE and seuils and (droit.avis is None or droit.avis > min(seuils)):
                droit.avis = min(seuils)
                droit.gestes.append("habilitation.avertie")
                avertis.add(droit.habilitation.titulaire)
        assert services.avertir_des_fins() == len(avertis)
        self.ecrire("habilitations_bientot_finies", *avertis)

    # --- Ce qui doit rester vrai --------------------------------------------------------------------------------------
    @invariant()
    def la_base_dit_ce_que_dit_le_modele(self):
        etats = dict(Demande.objects.values_list("pk", "etat"))
        assert etats == {d.demande.pk: d.etat for d in self.dossiers}
        decideurs = dict(Demande.objects.filter(decideur__isnull=False).values_list("pk", "decideur"))
        assert decideurs == {d.demande.pk: d.decideur.pk for d in self.dossiers if d.decideur}
        droits = Habilitation.objects.filter(titulaire__in=self.personnes)
        assert set(droits.values_list("pk", "etat", "fin_le", "avis_jours")) == {
            (droit.habilitation.pk, droit.etat, droit.fin, droit.avis) for droit in self.droits
        }
        if self.revue is None:
            issues = LigneDeRevue.objects.filter(habilitation__in=self.issues).order_by("pk")
            assert dict(issues.values_list("habilitation", "issue")) == self.issues
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
    def chaque_autre_geste_ecrit_ses_courriels_et_rien_de_plus(self):
        ecrits = Courriel.objects.exclude(modele__in=LETTRES).values_list("modele", "destinataire")
        assert Counter(ecrits) == self.ecrits

    @invariant()
    def le_journal_raconte_tout_dans_l_ordre(self):
        for dossier in self.dossiers:
            consignes = Evenement.objects.sur(dossier.demande).filter(action__in=GESTES).order_by("pk")
            assert list(consignes.values_list("action", flat=True)) == dossier.gestes
        for droit in self.droits:
            consignes = Evenement.objects.sur(droit.habilitation).filter(action__in=GESTES_HABILITATION).order_by("pk")
            assert list(consignes.values_list("action", flat=True)) == droit.gestes


def test_toute_la_vie_des_demandes_et_des_habilitations(settings):
    settings.DECISION_ANNULABLE_SECONDES = 20
    run_state_machine_as_test(Vie, settings=ESSAIS)


ESSAIS = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
