"""La décision et son courriel : retenu quelques secondes, il part une fois, ou pas si la décision s'annule."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import EtatCompte
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from courriels.services import livrer_les_courriels
from habilitations import services
from habilitations.enums import EtatDemande, EtatHabilitation, TypeDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Habilitation
from habilitations.queries import absence, tuiles
from habilitations.services import comptes
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    DemandeFactory,
    HabilitationFactory,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def annulable(settings):
    settings.DECISION_ANNULABLE_SECONDES = 20


@pytest.fixture
def decideur():
    return UtilisateurFactory()


@pytest.fixture
def acceptee(decideur):
    return services.accepter(demande=DemandeFactory(), acteur=decideur)


def annuler(demande, acteur=None):
    return services.annuler_decision(demande=demande, acteur=acteur or demande.decideur)


def plus_tard(monkeypatch, secondes=21):
    a_venir = timezone.now() + timedelta(seconds=secondes)
    monkeypatch.setattr("django.utils.timezone.now", lambda: a_venir)


def test_le_courriel_d_une_decision_attend_son_heure(acceptee, mailoutbox, monkeypatch):
    assert livrer_les_courriels() == 0
    plus_tard(monkeypatch)
    assert livrer_les_courriels() == 1
    assert [lettre.to for lettre in mailoutbox] == [[acceptee.demandeur.courriel]]


def test_sans_delai_le_courriel_part_aussitot_et_la_decision_reste(settings, decideur):
    settings.DECISION_ANNULABLE_SECONDES = 0
    demande = services.accepter(demande=DemandeFactory(), acteur=decideur)
    assert livrer_les_courriels() == 1
    with pytest.raises(DemandeImpossible, match="Le courriel de cette décision est parti"):
        annuler(demande)


def test_annuler_une_acceptation_rend_la_demande_et_referme_la_tuile(acceptee):
    assert tuiles(acceptee.demandeur)
    demande = annuler(acceptee)
    assert (demande.etat, demande.motif) == (EtatDemande.EN_ATTENTE, "")
    assert (demande.decideur, demande.decidee_le) == (None, None)
    assert demande.structures_demandees.get().en_attente
    assert Habilitation.objects.get().etat == EtatHabilitation.ANNULEE
    assert not tuiles(acceptee.demandeur)
    assert absence(acceptee.demandeur, "camsp-cmpp").raison == "en_attente"


def test_une_habilitation_annulee_n_explique_pas_une_tuile_absente(acceptee):
    demande = annuler(acceptee)
    services.annuler(demande=demande, acteur=demande.demandeur)
    assert absence(demande.demandeur, "camsp-cmpp").raison == "jamais"


def test_annuler_un_refus_oublie_son_motif(decideur):
    demande = services.refuser(demande=DemandeFactory(), acteur=decideur, motif="Ce n'est pas elle.")
    demande = annuler(demande)
    assert (demande.etat, demande.motif) == (EtatDemande.EN_ATTENTE, "")
    evenement = Evenement.objects.sur(demande).get(action="demande.decision_annulee")
    assert evenement.avant == {"etat": "refusee", "motif": "Ce n'est pas elle."}


def test_le_courriel_d_une_decision_annulee_ne_part_jamais(acceptee, mailoutbox, monkeypatch):
    annuler(acceptee)
    assert Courriel.objects.get().etat == EtatCourriel.ANNULE
    plus_tard(monkeypatch)
    livrer_les_courriels()
    assert mailoutbox == []


def test_annulee_puis_decidee_de_nouveau_un_seul_courriel_part(acceptee, mailoutbox, monkeypatch, decideur):
    demande = annuler(acceptee)
    services.refuser(demande=demande, acteur=decideur, motif="L'adresse n'est pas la bonne.")
    plus_tard(monkeypatch)
    livrer_les_courriels()
    livrer_les_courriels()
    assert ["refusée" in lettre.subject for lettre in mailoutbox] == [True]


def test_le_courriel_parti_la_decision_ne_s_annule_plus(acceptee, monkeypatch):
    plus_tard(monkeypatch)
    with pytest.raises(DemandeImpossible, match="Le courriel de cette décision est parti"):
        annuler(acceptee)
    assert Habilitation.objects.get().etat == EtatHabilitation.ACTIVE


def test_le_courriel_pris_par_un_ouvrier_la_decision_ne_s_annule_plus(acceptee):
    Courriel.objects.update(bail_jusqu_au=timezone.now() + timedelta(minutes=2))
    with pytest.raises(DemandeImpossible, match="est parti"):
        annuler(acceptee)


def test_un_courriel_pris_a_l_instant_garde_la_decision(acceptee, monkeypatch):
    """L'ouvrier le prend entre la lecture et l'annulation : la base tranche."""
    monkeypatch.setattr("habilitations.services.decisions.reprendre", lambda courriel: False)
    with pytest.raises(DemandeImpossible, match="est parti"):
        annuler(acceptee)
    acceptee.refresh_from_db()
    assert acceptee.etat == EtatDemande.ACCEPTEE


def test_on_n_annule_pas_la_decision_d_une_autre_personne(acceptee):
    with pytest.raises(DemandeImpossible, match="Seule la personne qui a décidé"):
        annuler(acceptee, UtilisateurFactory())


def test_une_decision_ne_s_annule_pas_deux_fois(acceptee, decideur):
    annuler(acceptee)
    with pytest.raises(TransitionInterdite):
        annuler(acceptee, decideur)


@pytest.mark.parametrize("profil", [None, profil_sans_structure])
def test_une_demande_refaite_entre_temps_garde_la_decision(decideur, profil):
    demande = DemandeFactory(**{"profil": profil()} if profil else {})
    refusee = services.refuser(demande=demande, acteur=decideur, motif="Non.")
    DemandeFactory(demandeur=refusee.demandeur, profil=refusee.profil, pour=refusee.structures.all())
    with pytest.raises(DemandeImpossible, match="a fait entre-temps une demande pareille"):
        annuler(refusee)
    assert Courriel.objects.get().etat == EtatCourriel.A_ENVOYER


def test_un_compte_ferme_entre_temps_garde_la_decision(acceptee):
    comptes.rendre_tout(acceptee.demandeur, None)
    acceptee.demandeur.etat = EtatCompte.DESACTIVE
    acceptee.demandeur.save()
    with pytest.raises(DemandeImpossible, match="n'est plus ouvert"):
        annuler(acceptee)


def test_annuler_ne_touche_pas_au_droit_qui_etait_deja_la(decideur):
    deja = HabilitationFactory()
    demande = DemandeFactory(demandeur=deja.titulaire, profil=deja.profil, pour=[deja.structure, StructureFactory()])
    annuler(services.accepter(demande=demande, acteur=decideur))
    assert Habilitation.objects.actives().get() == deja


@pytest.mark.parametrize("duree", [12, None])
def test_annuler_un_renouvellement_rend_la_fin_d_avant_et_l_avis_deja_donne(decideur, duree):
    fin = timezone.localdate() + timedelta(days=30)
    droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=duree), fin_le=fin, avis_jours=30)
    demande = DemandeFactory(
        demandeur=droit.titulaire, profil=droit.profil, type=TypeDemande.RENOUVELLEMENT, pour=[droit.structure]
    )
    for _ in range(2):
        demande = services.accepter(demande=demande, acteur=decideur)
        droit.refresh_from_db()
        assert droit.fin_le != fin
        demande = annuler(demande)
        droit.refresh_from_db()
        assert (droit.fin_le, droit.avis_jours, droit.etat) == (fin, 30, EtatHabilitation.ACTIVE)


def test_un_mot_joint_a_l_acceptation_est_dans_le_courriel(decideur):
    demande = services.accepter(demande=DemandeFactory(), acteur=decideur, motif=" Bienvenue. ")
    assert demande.motif == "Bienvenue."
    assert "Bienvenue." in Courriel.objects.get().texte
