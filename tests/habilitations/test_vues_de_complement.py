"""La page où l'on répond à un complément : le brouillon, les structures, l'envoi."""

import pytest

from habilitations import services
from habilitations.enums import EtatDemande, NombreStructures
from habilitations.models import Complement
from habilitations.queries import demandes_exportees
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, profil_avec_structures, profil_sans_structure
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demande():
    return DemandeFactory(etat=EtatDemande.A_COMPLETER)


@pytest.fixture
def client(client, demande):
    client.force_login(demande.demandeur)
    return client


def page(demande, suite="completer"):
    return f"/mon-compte/demandes/{demande.pk}/{suite}/"


def test_la_page_montre_la_question_et_le_brouillon_de_la_reponse(client, demande):
    client.post(page(demande, "reponse"), {"reponse": "Je suis la dir"}, headers={"HX-Request": "true"})
    texte = client.get(page(demande)).text
    assert "Quel est votre lien" in texte
    assert "Je suis la dir" in texte


def test_envoyer_sa_reponse_remet_la_demande_en_attente(client, demande):
    reponse = client.post(page(demande), {"reponse": "Directrice."}, follow=True)
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.EN_ATTENTE
    assert "Votre réponse est envoyée" in reponse.text
    assert "Directrice." in reponse.text


def test_une_reponse_vide_revient_avec_une_phrase(client, demande):
    reponse = client.post(page(demande), {"reponse": " "})
    assert "Écrivez votre réponse" in reponse.text
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.A_COMPLETER


def test_sans_structure_la_reponse_revient_avec_une_phrase_et_le_texte(client, demande):
    services.ecarter_structure(demande=demande, structure=demande.structures.get(), acteur=demande.demandeur)
    reponse = client.post(page(demande), {"reponse": "Je change d'établissement."})
    assert "Ajoutez au moins une structure" in reponse.text
    assert "Je change d&#x27;établissement." in reponse.text


def test_finir_plus_tard_garde_le_texte_et_le_dit(client, demande):
    reponse = client.post(page(demande, "reponse"), {"reponse": "À suivre", "suite": "plus_tard"}, follow=True)
    assert "pas encore envoyée" in reponse.text
    assert Complement.objects.get().reponse == "À suivre"


def test_retirer_une_structure_garde_le_texte(client, demande):
    structure = demande.structures.get()
    reponse = client.post(page(demande, "reponse"), {"reponse": "Brouillon", "retirer": structure.pk}, follow=True)
    assert f"{structure.nom} est retirée de votre réponse" in reponse.text
    assert "Brouillon" in reponse.text
    assert demande.structures.get() == structure


def test_on_ne_retire_que_ce_que_la_reponse_porte(client, demande):
    assert client.post(page(demande, "reponse"), {"retirer": StructureFactory().pk}).status_code == 404


def test_ajouter_une_structure_passe_par_les_outils_de_l_assistant(client, demande):
    nouvelle = StructureFactory()
    suite = client.post(page(demande, "reponse"), {"reponse": "Brouillon", "suite": "structures"})
    assert suite.url == f"/demande/{demande.pk}/structures/type/"
    assert "Compléter ma demande" in client.get(suite.url).text
    for adresse in ("numero", "recherche"):
        assert client.get(f"/demande/{demande.pk}/structures/esms/{adresse}/").status_code == 200
    reponse = client.post(f"/demande/{demande.pk}/structures/ajouter/", {"structure": nouvelle.pk}, follow=True)
    assert reponse.redirect_chain[-1][0] == page(demande)
    assert nouvelle.nom in reponse.text
    assert Complement.objects.get().structures.count() == 2
    assert demande.structures.count() == 1


def test_une_seule_structure_attendue_la_page_le_dit(client, demande):
    demande.profil.nombre_structures = NombreStructures.UNE
    demande.profil.save()
    assert "pour une seule structure" in client.get(page(demande)).text


def test_un_profil_sans_structure_n_en_parle_pas(client, demande):
    sans = DemandeFactory(etat=EtatDemande.A_COMPLETER, profil=profil_sans_structure(), demandeur=demande.demandeur)
    assert "Structures (" not in client.get(page(sans)).text


def test_un_texte_trop_long_revient_entier(client, demande):
    reponse = client.post(page(demande, "reponse"), {"reponse": "x" * 2001, "suite": "plus_tard"})
    assert "x" * 2001 in reponse.text
    fond = client.post(page(demande, "reponse"), {"reponse": "x" * 2001}, headers={"HX-Request": "true"})
    assert fond.status_code == 204
    assert Complement.objects.get().reponse == ""


@pytest.mark.parametrize("adresse", ["/demande/{}/recapitulatif/", "/demande/{}/application/"])
def test_le_reste_de_l_assistant_ne_s_ouvre_pas_sur_une_demande_a_completer(client, demande, adresse):
    reponse = client.get(adresse.format(demande.pk), follow=True)
    assert reponse.redirect_chain[-1][0] == f"/mon-compte/demandes/{demande.pk}/"
    assert "répondez à la question posée" in reponse.text


@pytest.mark.parametrize("etat", [EtatDemande.EN_ATTENTE, EtatDemande.ACCEPTEE])
def test_une_demande_qui_n_attend_rien_mene_a_sa_page(client, demande, etat):
    autre = DemandeFactory(etat=etat, demandeur=demande.demandeur, profil=profil_avec_structures(code="autre"))
    reponse = client.get(page(autre), follow=True)
    assert reponse.redirect_chain[-1][0] == f"/mon-compte/demandes/{autre.pk}/"


def test_un_brouillon_mene_a_l_assistant(client, demande):
    brouillon = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=demande.demandeur)
    assert client.get(page(brouillon)).url == f"/demande/{brouillon.pk}/"


@pytest.mark.parametrize("suite", ["completer", "reponse"])
def test_la_demande_d_une_autre_personne_n_existe_pas(client, suite):
    autre = DemandeFactory(etat=EtatDemande.A_COMPLETER)
    assert client.post(page(autre, suite), {"reponse": "Moi"}).status_code == 404


def test_mes_demandes_invite_a_repondre(client, demande):
    texte = client.get("/mon-compte/demandes/").text
    assert page(demande) in texte
    assert "À compléter" in texte


def test_la_page_de_la_demande_dit_ou_elle_en_est(client, demande):
    adresse = f"/mon-compte/demandes/{demande.pk}/"
    assert "a besoin de précisions" in client.get(adresse).text
    services.repondre(demande=demande, acteur=demande.demandeur, reponse="Directrice.")
    assert "Votre réponse du" in client.get(adresse).text


def test_la_personne_ne_lit_ni_les_notes_ni_les_noms_des_gestionnaires(client, demande):
    auteur = UtilisateurFactory(prenom="Quentin", nom="Gestionnaire")
    demande.complement_ouvert.auteur = auteur
    demande.complement_ouvert.save()
    services.ecrire_note(demande=demande, acteur=auteur, texte="À rappeler demain.")
    texte = client.get(f"/mon-compte/demandes/{demande.pk}/").text + client.get(page(demande)).text
    assert "rappeler" not in texte
    assert "Quentin" not in texte


def test_l_export_de_ses_donnees_dit_les_precisions_et_tait_les_notes(demande):
    services.ecrire_note(demande=demande, acteur=UtilisateurFactory(), texte="À rappeler demain.")
    services.repondre(demande=demande, acteur=demande.demandeur, reponse="Directrice.")
    exporte = str(list(demandes_exportees(demande.demandeur)))
    assert "Quel est votre lien" in exporte
    assert "Directrice." in exporte
    assert "rappeler" not in exporte
