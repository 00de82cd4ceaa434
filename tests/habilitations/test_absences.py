"""« Il manque une application ? » : la raison, et que faire ; la même réponse pour le support."""

from datetime import timedelta

import pytest
from django.utils import timezone

from habilitations.enums import EtatDemande, EtatHabilitation, RaisonAbsence
from habilitations.models import Application
from habilitations.queries import absence, applications_manquantes
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db

ADRESSE = "/mon-compte/applications/"
HIER = timezone.localdate() - timedelta(days=1)


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory()
    client.force_login(personne)
    return personne


def seule(personne):
    (manquante,) = applications_manquantes(personne)
    return manquante.absences


def test_jamais_demandee(client, personne):
    ApplicationFactory()
    assert seule(personne) == []
    page = client.get(ADRESSE).text
    assert "Jamais demandée" in page
    assert "/demande/nouvelle/?application=camsp-cmpp" in page


@pytest.mark.parametrize(
    ("etat", "phrases"),
    [
        (EtatDemande.BROUILLON, ["pas encore envoyée", "Reprendre ma demande"]),
        (EtatDemande.EN_ATTENTE, ["attend la décision d'une personne gestionnaire", "Voir ma demande"]),
        (EtatDemande.A_COMPLETER, ["attend une réponse", "Répondre à la question"]),
        (EtatDemande.REFUSEE, ["a été refusée le", "Adresse inconnue.", "Faire une nouvelle demande"]),
    ],
)
def test_la_demande_dit_ou_elle_en_est(client, personne, etat, phrases):
    demande = DemandeFactory(demandeur=personne, etat=etat)
    assert [un.demande for un in seule(personne)] == [demande]
    page = client.get(ADRESSE).text
    for phrase in phrases:
        assert phrase in page.replace("&#x27;", "'")


@pytest.mark.parametrize("etat", [EtatDemande.ANNULEE, EtatDemande.A_CONFIRMER, EtatDemande.ACCEPTEE])
def test_ce_qui_est_retire_ou_devenu_un_droit_n_explique_rien(personne, etat):
    DemandeFactory(demandeur=personne, etat=etat)
    assert seule(personne) == []


@pytest.mark.parametrize(
    ("champs", "phrases"),
    [
        (
            {"etat": EtatHabilitation.SUSPENDUE},
            ["est suspendue depuis le", "Départ de la structure.", "Écrire au support"],
        ),
        (
            {"etat": EtatHabilitation.REVOQUEE},
            ["a été révoquée le", "Départ de la structure.", "Faire une nouvelle demande"],
        ),
        ({"etat": EtatHabilitation.RENONCEE}, ["a été rendue le", "Faire une nouvelle demande"]),
        ({"etat": EtatHabilitation.EXPIREE, "fin_le": HIER}, ["a pris fin le", "Renouveler"]),
        ({"fin_le": HIER}, ["a pris fin le", "Renouveler"]),
        ({"etat": EtatHabilitation.TRANSFEREE}, ["a été transférée"]),
    ],
    ids=["suspendue", "révoquée", "renoncée", "échue", "échue cette nuit", "transférée"],
)
def test_le_droit_dit_pourquoi_il_n_ouvre_plus(client, personne, champs, phrases):
    HabilitationFactory(titulaire=personne, **champs)
    page = client.get(ADRESSE).text
    for phrase in phrases:
        assert phrase in page


def test_une_application_ouverte_n_est_pas_manquante(client, personne):
    HabilitationFactory(titulaire=personne)
    assert applications_manquantes(personne) == []
    page = client.get(ADRESSE).text
    assert "Toutes les applications du portail vous sont ouvertes" in page
    assert "Déjà ouvertes" in page


def test_un_profil_ferme_renvoie_au_support(client, personne):
    HabilitationFactory(titulaire=personne, etat=EtatHabilitation.REVOQUEE, profil=ProfilFactory(ouvert=False))
    page = client.get(ADRESSE).text
    assert "n'est plus proposé" in page.replace("&#x27;", "'")
    assert "Écrire au support" in page
    assert "Faire une nouvelle demande" not in page


def test_une_application_fermee_ne_se_montre_que_si_l_on_y_a_tenu_quelque_chose(personne):
    profil = ProfilFactory(application=ApplicationFactory(code="ancienne", nom="Ancienne", ouverte=False))
    assert applications_manquantes(personne) == []
    HabilitationFactory(titulaire=personne, profil=profil, etat=EtatHabilitation.RENONCEE)
    assert len(seule(personne)) == 1


def test_un_etablissement_ferme_dit_son_successeur(client, personne):
    successeur = StructureFactory(nom="CAMSP DU PARC")
    ferme = StructureFactory(nom="CAMSP DES LILAS", etat=EtatStructure.FERME, successeur=successeur)
    HabilitationFactory(titulaire=personne, structure=ferme, fin_le=HIER, etat=EtatHabilitation.EXPIREE)
    page = client.get(ADRESSE).text
    assert "CAMSP DU PARC" in page
    assert "Renouveler<" not in page


def test_le_dernier_fait_d_un_profil_l_emporte_et_ce_qui_attend_passe_devant(personne):
    profil = profil_avec_structures()
    DemandeFactory(demandeur=personne, profil=profil, etat=EtatDemande.REFUSEE)
    HabilitationFactory(titulaire=personne, profil=profil, etat=EtatHabilitation.REVOQUEE)
    assert [un.raison for un in seule(personne)] == [RaisonAbsence.REVOQUEE]
    attente = DemandeFactory(
        demandeur=personne, profil=profil_sans_structure(), soumise_le=timezone.now() - timedelta(days=9)
    )
    assert [un.raison for un in seule(personne)] == [RaisonAbsence.EN_ATTENTE, RaisonAbsence.REVOQUEE]
    assert absence(personne, "camsp-cmpp").demande == attente


def test_les_faits_des_autres_ne_se_lisent_pas(client, personne):
    DemandeFactory(etat=EtatDemande.REFUSEE)
    HabilitationFactory(etat=EtatHabilitation.REVOQUEE)
    assert seule(personne) == []
    assert "Adresse inconnue" not in client.get(ADRESSE).text


def test_le_support_lit_la_meme_reponse_au_sujet_de_n_importe_qui(client):
    refus = DemandeFactory(etat=EtatDemande.REFUSEE)
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    fiche = client.get(f"/admin/accounts/utilisateur/{refus.demandeur_id}/change/").text
    adresse = f"/admin/habilitations/habilitation/manquantes/{refus.demandeur_id}/"
    assert adresse in fiche
    page = client.get(adresse).text
    assert "Adresse inconnue." in page
    assert f"/admin/habilitations/demande/{refus.pk}/change/" in page


def test_le_support_sans_droit_de_lire_les_habilitations_n_y_a_pas_acces(client):
    client.force_login(UtilisateurFactory(is_staff=True))
    assert client.get(f"/admin/habilitations/habilitation/manquantes/{UtilisateurFactory().pk}/").status_code == 403


def test_le_nombre_de_requetes_ne_depend_ni_des_applications_ni_des_faits(client, personne, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def remplir(debut, fin):
        for rang in range(debut, fin):
            profil = profil_avec_structures(
                application=ApplicationFactory(code=f"app-{rang}", nom=f"Application {rang}"), code="p"
            )
            DemandeFactory(demandeur=personne, profil=profil, etat=EtatDemande.REFUSEE)
            HabilitationFactory(titulaire=personne, profil=profil, etat=EtatHabilitation.RENONCEE)

    remplir(0, 1)
    client.get(ADRESSE)
    with CaptureQueriesContext(connection) as une:
        client.get(ADRESSE)
    remplir(1, 20)
    assert Application.objects.count() == 20
    with django_assert_num_queries(len(une)):
        client.get(ADRESSE)
