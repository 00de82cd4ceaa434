"""Demander un complément : l'aller, le retour, ce qui reste fermé en attendant."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatDemande, NombreStructures
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Complement, Demande
from habilitations.services import comptes
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ComplementFactory,
    DemandeFactory,
    HabilitationFactory,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
    structure_a,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db

QUESTION = "Quel est votre lien avec cet établissement ?"


@pytest.fixture
def a_completer():
    return DemandeFactory(etat=EtatDemande.A_COMPLETER)


def repondre(demande, reponse="J'en suis la directrice."):
    return services.repondre(demande=demande, acteur=demande.demandeur, reponse=reponse)


def test_la_question_part_par_courriel_avec_de_quoi_repondre():
    demande = DemandeFactory()
    services.demander_complement(demande=demande, acteur=gestionnaire(), questions=f" {QUESTION} ")
    courriel = Courriel.objects.get()
    assert courriel.destinataire == demande.demandeur.courriel
    assert QUESTION in courriel.texte
    assert f"/mon-compte/demandes/{demande.pk}/" in courriel.texte
    assert Complement.objects.get().questions == QUESTION


def test_une_question_vide_n_est_pas_posee():
    with pytest.raises(DemandeImpossible, match="Écrivez ce qu'il faut compléter"):
        services.demander_complement(demande=DemandeFactory(), acteur=UtilisateurFactory(), questions=" ")


@pytest.mark.parametrize("decision", ["accepter", "refuser"])
def test_rien_ne_se_decide_contre_une_question_ouverte_et_la_phrase_dit_que_faire(a_completer, decision):
    motif = {"motif": "Non."} if decision == "refuser" else {}
    with pytest.raises(TransitionInterdite, match=r"attendez sa réponse, ou retirez la question"):
        getattr(services, decision)(demande=a_completer, acteur=UtilisateurFactory(), **motif)


def test_la_base_refuse_une_decision_contre_une_question_ouverte(a_completer):
    champs = {"etat": EtatDemande.ACCEPTEE, "decidee_le": timezone.now(), "decideur": UtilisateurFactory()}
    with pytest.raises(IntegrityError, match="demande_a_completer_a_une_question"), transaction.atomic():
        Demande.objects.filter(pk=a_completer.pk).update(**champs)


def test_la_base_refuse_deux_questions_ouvertes(a_completer):
    with pytest.raises(IntegrityError), transaction.atomic():
        ComplementFactory(demande=a_completer)


@pytest.mark.parametrize("profil", [profil_avec_structures, profil_sans_structure])
def test_la_base_refuse_une_demande_pareille_a_celle_qui_attend_une_reponse(profil):
    premiere = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=profil())
    with pytest.raises(IntegrityError), transaction.atomic():
        DemandeFactory(demandeur=premiere.demandeur, profil=premiere.profil, pour=premiere.structures.all())


@pytest.mark.parametrize("profil", [profil_avec_structures, profil_sans_structure])
def test_une_demande_pareille_a_celle_qui_attend_une_reponse_ne_part_pas(profil):
    premiere = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=profil())
    autre = DemandeFactory(
        etat=EtatDemande.BROUILLON,
        demandeur=premiere.demandeur,
        profil=premiere.profil,
        pour=premiere.structures.all(),
    )
    with pytest.raises(DemandeImpossible, match="attend déjà une décision"):
        services.soumettre(demande=autre, acteur=autre.demandeur)


class TestRepondre:
    def test_la_reponse_rend_la_demande_a_qui_a_pose_la_question(self):
        demande, auteur = DemandeFactory(), gestionnaire()
        gestionnaire()
        services.demander_complement(demande=demande, acteur=auteur, questions=QUESTION)
        Courriel.objects.all().delete()
        demande = repondre(demande)
        assert (demande.etat, demande.affectee_a) == (EtatDemande.EN_ATTENTE, auteur)
        courriel = Courriel.objects.get()
        assert courriel.destinataire == auteur.courriel
        assert "directrice" in courriel.texte

    def test_celle_qui_a_demande_partie_tous_ceux_qui_couvrent_sont_avises(self):
        demande, auteur = DemandeFactory(), gestionnaire()
        autres = {gestionnaire().courriel, gestionnaire().courriel}
        services.demander_complement(demande=demande, acteur=auteur, questions=QUESTION)
        auteur.portefeuilles.clear()
        Courriel.objects.all().delete()
        assert repondre(demande).affectee_a is None
        assert set(Courriel.objects.values_list("destinataire", flat=True)) == autres

    def test_une_reponse_vide_n_est_pas_envoyee(self, a_completer):
        with pytest.raises(DemandeImpossible, match="Écrivez votre réponse"):
            repondre(a_completer, "  ")

    def test_la_reponse_change_les_structures(self, a_completer):
        ancienne, nouvelle = a_completer.structures.get(), structure_a("69")
        services.proposer_structure(demande=a_completer, structure=nouvelle, acteur=a_completer.demandeur)
        services.ecarter_structure(demande=a_completer, structure=ancienne, acteur=a_completer.demandeur)
        assert a_completer.structures.get() == ancienne
        repondre(a_completer)
        demandee = a_completer.structures_demandees.get()
        assert (demandee.structure, demandee.en_attente) == (nouvelle, True)
        a_completer.refresh_from_db()
        assert a_completer.departement_id == "69"
        apres = Evenement.objects.sur(a_completer).get(action="demande.completee").apres
        assert (apres["structures_ajoutees"], apres["structures_retirees"]) == ([str(nouvelle)], [str(ancienne)])

    def test_une_reponse_sans_structure_ne_part_pas(self, a_completer):
        ancienne = a_completer.structures.get()
        services.ecarter_structure(demande=a_completer, structure=ancienne, acteur=a_completer.demandeur)
        with pytest.raises(DemandeImpossible, match="Ajoutez au moins une structure"):
            repondre(a_completer)

    def test_proposer_deux_fois_ou_ecarter_une_absente_ne_change_rien(self, a_completer):
        structure = a_completer.structures.get()
        services.proposer_structure(demande=a_completer, structure=structure, acteur=a_completer.demandeur)
        services.ecarter_structure(demande=a_completer, structure=StructureFactory(), acteur=a_completer.demandeur)
        assert not Evenement.objects.exists()

    def test_une_structure_deja_tenue_ne_se_propose_pas(self, a_completer):
        droit = HabilitationFactory(titulaire=a_completer.demandeur, profil=a_completer.profil)
        with pytest.raises(DemandeImpossible, match="déjà l'habilitation"):
            services.proposer_structure(demande=a_completer, structure=droit.structure, acteur=a_completer.demandeur)

    def test_un_profil_a_une_structure_n_en_propose_pas_deux(self):
        profil = profil_avec_structures(nombre_structures=NombreStructures.UNE)
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=profil)
        with pytest.raises(DemandeImpossible, match="n'accepte qu'une structure"):
            services.proposer_structure(demande=demande, structure=StructureFactory(), acteur=demande.demandeur)

    def test_un_profil_sans_structure_se_complete_de_mots(self):
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=profil_sans_structure())
        assert repondre(demande).etat == EtatDemande.EN_ATTENTE

    def test_un_profil_ferme_depuis_n_empeche_pas_de_repondre(self, a_completer):
        a_completer.profil.ouvert = False
        a_completer.profil.save()
        assert repondre(a_completer).etat == EtatDemande.EN_ATTENTE

    def test_le_brouillon_de_la_reponse_est_garde(self, a_completer):
        services.enregistrer_reponse(demande=a_completer, acteur=a_completer.demandeur, reponse="Je suis la dir")
        assert Complement.objects.get().reponse == "Je suis la dir"
        a_completer.refresh_from_db()
        assert a_completer.etat == EtatDemande.A_COMPLETER


def test_plusieurs_questions_se_suivent():
    demande, auteur = DemandeFactory(), gestionnaire()
    for tour in range(3):
        services.demander_complement(demande=demande, acteur=auteur, questions=f"Question {tour}")
        repondre(demande, f"Réponse {tour}")
    assert [complement.reponse for complement in Complement.objects.all()] == [f"Réponse {n}" for n in range(3)]
    assert services.accepter(demande=demande, acteur=auteur).etat == EtatDemande.ACCEPTEE


def test_la_question_retiree_la_demande_se_decide_telle_qu_elle_etait(a_completer):
    structure = a_completer.structures.get()
    services.ecarter_structure(demande=a_completer, structure=structure, acteur=a_completer.demandeur)
    demande = services.retirer_complement(demande=a_completer, acteur=UtilisateurFactory())
    assert (demande.etat, demande.structures.get()) == (EtatDemande.EN_ATTENTE, structure)
    assert "n'avez plus rien à faire" in Courriel.objects.get().texte
    with pytest.raises(TransitionInterdite, match="n'attend plus de réponse"):
        repondre(a_completer)


def test_retirer_sa_demande_ferme_la_question(a_completer):
    services.annuler(demande=a_completer, acteur=a_completer.demandeur)
    assert Complement.objects.get().retire_le
    assert not a_completer.structures_demandees.filter(en_attente=True).exists()


def test_quitter_une_structure_la_retire_aussi_de_la_reponse():
    quittee, gardee = StructureFactory(), StructureFactory()
    demande = DemandeFactory(etat=EtatDemande.A_COMPLETER, pour=[quittee, gardee])
    services.quitter_structure(structure=quittee, acteur=demande.demandeur)
    assert list(Complement.objects.get().structures.all()) == [gardee]
    repondre(demande)
    assert list(demande.structures.all()) == [gardee]


def test_quitter_la_seule_structure_retire_la_demande_qui_attend_une_reponse(a_completer):
    services.quitter_structure(structure=a_completer.structures.get(), acteur=a_completer.demandeur)
    a_completer.refresh_from_db()
    assert a_completer.etat == EtatDemande.ANNULEE


def test_fermer_son_compte_retire_la_demande_qui_attend_une_reponse(a_completer):
    comptes.rendre_tout(a_completer.demandeur, None)
    a_completer.refresh_from_db()
    assert a_completer.etat == EtatDemande.ANNULEE


@pytest.mark.parametrize("profil", [profil_avec_structures, profil_sans_structure])
def test_deux_comptes_reunis_n_attendent_pas_deux_fois_le_meme_droit(profil):
    gardee = DemandeFactory(profil=profil())
    doublon = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=gardee.profil, pour=gardee.structures.all())
    comptes.fusionner(gardee.demandeur, doublon.demandeur, None)
    doublon.refresh_from_db()
    assert doublon.etat == EtatDemande.ANNULEE


def test_les_questions_d_un_compte_reuni_passent_au_compte_garde(a_completer):
    gardee = UtilisateurFactory()
    comptes.fusionner(gardee, a_completer.complement_ouvert.auteur, None)
    assert Complement.objects.get().auteur == gardee


def test_un_compte_anonymise_ne_garde_pas_ses_reponses(a_completer):
    repondre(a_completer)
    comptes.effacer_les_messages(a_completer.demandeur, None)
    assert Complement.objects.get().reponse == ""
