"""La vie d'une habilitation : suspension, reprise, révocation, renoncement, prolongation."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import TRANSITIONS_HABILITATION, EtatHabilitation, TypeDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Habilitation
from habilitations.queries import tuiles
from habilitations.services.droits import mois_plus_tard, ouvrir
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, profil_avec_structures
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db

VERBES = {
    "renoncer": EtatHabilitation.RENONCEE,
    "revoquer": EtatHabilitation.REVOQUEE,
    "suspendre": EtatHabilitation.SUSPENDUE,
    "reprendre": EtatHabilitation.ACTIVE,
}
MOTIVES = ("revoquer", "suspendre", "reprendre")


def appliquer(verbe: str, droit: Habilitation) -> Habilitation:
    motif = {"motif": "Absence constatée."} if verbe in MOTIVES else {}
    acteur = UtilisateurFactory() if verbe in MOTIVES else droit.titulaire
    return getattr(services, verbe)(habilitation=droit, acteur=acteur, **motif)


@pytest.mark.parametrize("verbe", VERBES)
@pytest.mark.parametrize("etat", EtatHabilitation)
def test_chaque_verbe_ne_part_que_des_etats_de_la_table(etat, verbe):
    droit = HabilitationFactory(etat=etat)
    if VERBES[verbe] in TRANSITIONS_HABILITATION[etat]:
        assert appliquer(verbe, droit).etat == VERBES[verbe]
        assert Habilitation.objects.actives().exists() == (verbe == "reprendre")
        assert Courriel.objects.get().destinataire == droit.titulaire.courriel
        assert Evenement.objects.sur(droit).count() == 1
        return
    with pytest.raises(TransitionInterdite):
        appliquer(verbe, droit)
    droit.refresh_from_db()
    assert droit.etat == etat
    assert not Courriel.objects.exists()
    assert not Evenement.objects.exists()


@pytest.mark.parametrize(
    ("etat", "verbe", "phrase"),
    [
        (EtatHabilitation.ACTIVE, "reprendre", "n'est pas suspendue"),
        (EtatHabilitation.SUSPENDUE, "suspendre", "déjà suspendue depuis le"),
        (EtatHabilitation.REVOQUEE, "renoncer", "n'est plus en vigueur : révoquée le"),
    ],
)
def test_le_refus_dit_pourquoi(etat, verbe, phrase):
    with pytest.raises(TransitionInterdite, match=phrase):
        appliquer(verbe, HabilitationFactory(etat=etat))


@pytest.mark.parametrize("verbe", MOTIVES)
def test_sans_motif_rien_ne_change(verbe):
    droit = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE if verbe == "reprendre" else EtatHabilitation.ACTIVE)
    with pytest.raises(DemandeImpossible, match="Indiquez le motif"):
        getattr(services, verbe)(habilitation=droit, acteur=UtilisateurFactory(), motif="  ")
    assert not Evenement.objects.exists()


@pytest.mark.parametrize("verbe", MOTIVES)
def test_nul_ne_decide_de_ses_propres_habilitations(verbe):
    droit = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE if verbe == "reprendre" else EtatHabilitation.ACTIVE)
    with pytest.raises(DemandeImpossible, match="Nul ne décide"):
        getattr(services, verbe)(habilitation=droit, acteur=droit.titulaire, motif="Parce que.")
    assert not Evenement.objects.exists()


@pytest.mark.parametrize("verbe", ["revoquer", "suspendre", "reprendre"])
def test_le_motif_se_lit_dans_le_courriel(verbe):
    droit = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE if verbe == "reprendre" else EtatHabilitation.ACTIVE)
    appliquer(verbe, droit)
    assert "Absence constatée." in Courriel.objects.get().texte


def test_un_droit_suspendu_ferme_la_tuile_aussitot_et_la_rend_a_la_reprise():
    droit = HabilitationFactory()
    assert len(tuiles(droit.titulaire)) == 1
    suspendu = appliquer("suspendre", droit)
    assert tuiles(droit.titulaire) == []
    repris = appliquer("reprendre", suspendu)
    assert len(tuiles(droit.titulaire)) == 1
    assert (repris.motif, repris.suspendue_le) == ("", None)


def test_renoncer_a_un_droit_suspendu_n_en_laisse_pas_la_date():
    droit = appliquer("renoncer", HabilitationFactory(etat=EtatHabilitation.SUSPENDUE))
    assert (droit.etat, droit.suspendue_le) == (EtatHabilitation.RENONCEE, None)


@pytest.mark.parametrize(
    "champs",
    [
        {"etat": EtatHabilitation.SUSPENDUE, "suspendue_le": None},
        {"etat": EtatHabilitation.SUSPENDUE, "motif": ""},
        {"etat": EtatHabilitation.REVOQUEE, "motif": ""},
        {"etat": EtatHabilitation.TRANSFEREE, "close_le": None},
        {"etat": EtatHabilitation.ACTIVE, "suspendue_le": timezone.now()},
    ],
    ids=["suspendue sans date", "suspendue sans motif", "révoquée sans motif", "close sans date", "active suspendue"],
)
def test_la_base_refuse_un_etat_qui_se_contredit(champs):
    with pytest.raises(IntegrityError), transaction.atomic():
        HabilitationFactory(**champs)


@pytest.mark.parametrize("etat", [EtatHabilitation.ACTIVE, EtatHabilitation.SUSPENDUE])
def test_la_base_refuse_deux_droits_tenus_pour_la_meme_structure(etat):
    droit = HabilitationFactory(etat=etat)
    with pytest.raises(IntegrityError), transaction.atomic():
        HabilitationFactory(titulaire=droit.titulaire, profil=droit.profil, structure=droit.structure)


class TestProlongation:
    def renouvellement(self, droit):
        return DemandeFactory(
            demandeur=droit.titulaire, profil=droit.profil, type=TypeDemande.RENOUVELLEMENT, pour=[droit.structure]
        )

    def test_un_renouvellement_accepte_prolonge_le_droit_de_sa_fin_prevue(self):
        fin = timezone.localdate() + timedelta(days=20)
        droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=12), fin_le=fin, avis_jours=30)
        services.accepter(demande=self.renouvellement(droit), acteur=UtilisateurFactory())
        droit.refresh_from_db()
        assert (droit.fin_le, droit.avis_jours) == (mois_plus_tard(fin, 12), None)
        assert Habilitation.objects.count() == 1
        assert Evenement.objects.filter(action="habilitation.prolongee").count() == 1

    def test_un_droit_echu_hier_se_prolonge_d_aujourd_hui(self):
        droit = HabilitationFactory(
            profil=profil_avec_structures(duree_mois=12), fin_le=timezone.localdate() - timedelta(days=1)
        )
        services.accepter(demande=self.renouvellement(droit), acteur=UtilisateurFactory())
        droit.refresh_from_db()
        assert droit.fin_le == mois_plus_tard(timezone.localdate(), 12)

    def test_une_duree_retiree_du_profil_ote_la_date_de_fin(self):
        droit = HabilitationFactory(profil=profil_avec_structures(), fin_le=timezone.localdate())
        services.accepter(demande=self.renouvellement(droit), acteur=UtilisateurFactory())
        droit.refresh_from_db()
        assert droit.fin_le is None

    def test_prolonger_ne_leve_pas_une_suspension(self):
        droit = HabilitationFactory(
            profil=profil_avec_structures(duree_mois=12),
            fin_le=timezone.localdate(),
            etat=EtatHabilitation.SUSPENDUE,
        )
        services.accepter(demande=self.renouvellement(droit), acteur=UtilisateurFactory())
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.SUSPENDUE
        assert not Habilitation.objects.actives().exists()

    def test_un_renouvellement_accepte_apres_la_fin_ouvre_un_nouveau_droit(self):
        droit = HabilitationFactory(
            profil=profil_avec_structures(duree_mois=12),
            fin_le=timezone.localdate() - timedelta(days=3),
            etat=EtatHabilitation.EXPIREE,
        )
        services.accepter(demande=self.renouvellement(droit), acteur=UtilisateurFactory())
        nouveau = Habilitation.objects.actives().get()
        assert nouveau != droit
        assert nouveau.fin_le == mois_plus_tard(timezone.localdate(), 12)

    def test_une_autre_demande_ne_prolonge_pas(self):
        droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=12), fin_le=timezone.localdate())
        rendu = ouvrir(
            titulaire=droit.titulaire, profil=droit.profil, structure=droit.structure, acteur=UtilisateurFactory()
        )
        assert rendu == droit
        assert rendu.fin_le == timezone.localdate()


class TestARevoir:
    HIER = timezone.localdate() - timedelta(days=1)

    @pytest.mark.parametrize(
        "etat",
        [
            {"etat": EtatStructure.FERME, "fermee_le": HIER},
            {"etat": EtatStructure.FERME},
            {"etat": EtatStructure.ABSENT, "absente_depuis": HIER},
        ],
        ids=["fermé", "fermé sans date", "absent"],
    )
    def test_un_etablissement_ferme_met_ses_droits_en_revue_jusqu_a_ce_qu_on_les_confirme(self, etat):
        droit = HabilitationFactory(structure=StructureFactory(**etat))
        assert Habilitation.objects.a_revoir().get() == droit
        droit.confirmee_le = timezone.now() - timedelta(days=30)
        droit.save()
        assert Habilitation.objects.a_revoir().exists() == (len(etat) == 2)
        droit.confirmee_le = timezone.now()
        droit.save()
        assert not Habilitation.objects.a_revoir().exists()

    def test_un_etablissement_ouvert_n_en_met_aucun(self):
        HabilitationFactory()
        assert not Habilitation.objects.a_revoir().exists()

    def test_un_droit_clos_ne_se_revoit_pas(self):
        HabilitationFactory(structure=StructureFactory(etat=EtatStructure.FERME), etat=EtatHabilitation.EXPIREE)
        assert not Habilitation.objects.a_revoir().exists()
