"""Fermer son compte, le rouvrir, l'anonymiser ; recevoir ses données."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import prolongements, services
from accounts.enums import TRANSITIONS, EtatCompte, Fermeture
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.models import Utilisateur
from accounts.queries import par_identifiant_ou_courriel
from accounts.services import creer_codes_de_secours, enroler_courriel
from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Demande
from habilitations.queries import chronologie
from journal.models import Evenement
from journal.services import consigner
from tests.accounts.facteurs import application, canal
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, courriels_ecrits, est_connecte, oublier_la_preuve, verifier
from tests.depot.factories import DocumentFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, gestionnaire

pytestmark = pytest.mark.django_db
FERMER = "/mon-compte/fermer/"
IDENTITE = "/mon-compte/identite/"


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory(prenom="Camille", nom="Lilas", telephone="+33612345678")
    connecter(client, personne.identifiant)
    verifier(client)
    return personne


def fermer(personne, raison=Fermeture.DEMANDE):
    services.fermer(acteur=personne, personne=personne, raison=raison)
    personne.refresh_from_db()


# --- Fermer ----------------------------------------------------------------------------------------------------------
def test_la_page_dit_ce_qui_part_et_ce_qui_reste_et_ne_ferme_rien(client, personne):
    page = client.get(FERMER).text
    for promesse in ("Tout de suite", "Dans 30 jours", "Ce qui reste", "sans votre nom"):
        assert promesse in page
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.ACTIF


def test_fermer_rend_les_droits_retire_les_demandes_ferme_les_sessions_et_ecrit_l_adieu(client, personne):
    droit = HabilitationFactory(titulaire=personne)
    attente, brouillon = (DemandeFactory(demandeur=personne, etat=etat) for etat in ("en_attente", "brouillon"))
    decidee = DemandeFactory(demandeur=personne, etat=EtatDemande.ACCEPTEE)
    d_une_autre = DemandeFactory()
    ailleurs = Client()
    connecter(ailleurs, personne.identifiant)
    assert client.post(FERMER).url == "/connexion/"
    for objet in (personne, droit, attente, brouillon, decidee, d_une_autre):
        objet.refresh_from_db()
    assert (personne.etat, personne.fermeture) == (EtatCompte.FERME, Fermeture.DEMANDE)
    assert droit.etat == EtatHabilitation.RENONCEE
    assert (attente.etat, brouillon.etat) == (EtatDemande.ANNULEE, EtatDemande.ANNULEE)
    assert (decidee.etat, d_une_autre.etat) == (EtatDemande.ACCEPTEE, EtatDemande.EN_ATTENTE)
    assert ailleurs.get(IDENTITE).status_code == 302
    assert not est_connecte(client)
    assert courriels_ecrits() == [("compte_ferme_maintenant", personne.courriel)]
    assert Evenement.objects.get(action="compte.ferme").apres == {"etat": "ferme", "raison": "demande"}


def test_un_compte_ferme_n_entre_plus_et_l_oubli_dit_comment_revenir(client, personne):
    fermer(personne)
    autre = Client()
    assert connecter(autre, personne.identifiant).status_code == 200
    services.aider_a_rentrer(acteur=None, saisie=personne.courriel)
    assert courriels_ecrits()[-1] == ("compte_ferme", personne.courriel)


def test_qui_ferme_son_compte_ne_gere_plus_de_portefeuille():
    responsable = gestionnaire()
    fermer(responsable)
    assert not responsable.portefeuilles.exists()


def test_le_support_rouvre_pendant_le_delai_mais_pas_les_sessions_ni_les_droits(client, personne):
    droit = HabilitationFactory(titulaire=personne)
    fermer(personne)
    services.reactiver(acteur=UtilisateurFactory(is_staff=True), personne=personne, motif="Erreur")
    personne.refresh_from_db()
    droit.refresh_from_db()
    assert (personne.etat, personne.ferme_le, personne.fermeture) == (EtatCompte.ACTIF, None, "")
    assert droit.etat == EtatHabilitation.RENONCEE
    assert client.get(IDENTITE).status_code == 302
    assert connecter(client, personne.identifiant).url == "/"


def test_jumeau_sans_la_fermeture_des_sessions_elles_rouvriraient_avec_le_compte(client, personne, monkeypatch):
    monkeypatch.setattr("accounts.services.fermeture.fermer_les_sessions", lambda *args: 0)
    connecter(client, personne.identifiant)
    fermer(personne)
    services.reactiver(acteur=UtilisateurFactory(is_staff=True), personne=personne, motif="Erreur")
    assert client.get(IDENTITE).status_code == 200


def test_le_dernier_compte_d_administration_ne_se_ferme_pas(client):
    seule = UtilisateurFactory(is_superuser=True)
    with pytest.raises(GesteRefuse, match="le dernier"):
        fermer(seule)
    UtilisateurFactory(is_superuser=True)
    fermer(seule)
    assert seule.etat == EtatCompte.FERME


@pytest.mark.parametrize("etat", EtatCompte)
def test_fermer_dans_chaque_etat(etat):
    personne = UtilisateurFactory(etat=etat)
    if EtatCompte.FERME in TRANSITIONS[etat]:
        fermer(personne)
        assert personne.etat == EtatCompte.FERME
    else:
        with pytest.raises(TransitionInterdite):
            fermer(personne)
        assert not Evenement.objects.exists()


def test_une_panne_a_la_fermeture_ne_laisse_rien_a_moitie(personne, monkeypatch):
    def tomber(personne, acteur):
        raise RuntimeError

    droit = HabilitationFactory(titulaire=personne)
    monkeypatch.setattr(prolongements, "a_la_fermeture", [*prolongements.a_la_fermeture, tomber])
    with pytest.raises(RuntimeError):
        fermer(personne)
    personne.refresh_from_db()
    droit.refresh_from_db()
    assert (personne.etat, droit.etat) == (EtatCompte.ACTIF, EtatHabilitation.ACTIVE)


# --- Anonymiser ------------------------------------------------------------------------------------------------------
def anonymiser(personne):
    fermer(personne)
    Utilisateur.objects.filter(pk=personne.pk).update(ferme_le=timezone.now() - timedelta(days=31))
    assert services.anonymiser_les_comptes() == 1
    personne.refresh_from_db()


def test_le_delai_passe_le_compte_ne_nomme_plus_personne_et_les_decisions_restent(personne):
    demande = DemandeFactory(demandeur=personne, etat=EtatDemande.ACCEPTEE, message="Je suis Camille Lilas.")
    decidee = DemandeFactory(etat=EtatDemande.ACCEPTEE, decideur=personne)
    document = DocumentFactory(deposant=personne)
    adresse, identifiant = personne.courriel, personne.identifiant
    anonymiser(personne)
    for champ in ("prenom", "nom", "identifiant", "courriel", "telephone", "password"):
        assert not {"Camille", "Lilas", adresse, identifiant} & {str(getattr(personne, champ))}
    assert (str(personne), personne.etat, personne.telephone) == ("Personne anonymisée", EtatCompte.ANONYME, "")
    for objet in (demande, decidee, document):
        objet.refresh_from_db()
    assert (demande.etat, demande.message) == (EtatDemande.ACCEPTEE, "")
    assert str(decidee.decideur) == str(document.deposant) == "Personne anonymisée"
    assert not Courriel.objects.filter(destinataire=adresse).exists()
    assert Evenement.objects.get(action="compte.anonymise").objet_nom == "Personne anonymisée"


def test_anonymise_le_compte_ne_garde_ni_facteur_ni_session_ni_identite_externe(client, personne):
    connecter(client, personne.identifiant)
    enroler_courriel(personne=personne, acteur=personne)
    TOTPDevice.objects.create(user=personne, name="Application")
    creer_codes_de_secours(acteur=personne)
    personne.identites_externes.create(emetteur="https://identite.example", sujet="42")
    anonymiser(personne)
    for restes in (
        personne.sessions,
        personne.facteurs_message,
        personne.codes_de_secours,
        personne.identites_externes,
    ):
        assert not restes.exists()
    assert not TOTPDevice.objects.filter(user=personne).exists()


def test_l_histoire_d_une_demande_ne_nomme_plus_qui_est_anonymise(personne):
    demande = DemandeFactory(demandeur=personne)
    consigner(acteur=personne, action="demande.soumise", objet=demande)
    effacee = UtilisateurFactory(prenom="Ada", nom="Effacee")
    consigner(acteur=effacee, action="demande.annulee", objet=demande)
    Utilisateur.objects.filter(pk=effacee.pk).delete()
    assert [fait.evenement.auteur for fait in chronologie(demande)] == ["Camille Lilas", "Ada Effacee"]
    anonymiser(personne)
    assert chronologie(demande)[0].evenement.auteur == "Personne anonymisée"


def test_avant_le_delai_rien_ne_s_efface_et_deux_fois_ne_change_rien(personne):
    fermer(personne)
    assert services.anonymiser_les_comptes() == 0
    Utilisateur.objects.filter(pk=personne.pk).update(ferme_le=timezone.now() - timedelta(days=31))
    assert [services.anonymiser_les_comptes() for _ in range(2)] == [1, 0]


def test_un_compte_anonymise_ne_se_retrouve_ni_ne_se_rouvre(client, personne):
    anonymiser(personne)
    assert par_identifiant_ou_courriel(personne.identifiant) is None
    assert connecter(client, personne.identifiant).status_code == 200
    services.aider_a_rentrer(acteur=None, saisie=personne.courriel)
    with pytest.raises(TransitionInterdite):
        services.reactiver(acteur=UtilisateurFactory(), personne=personne, motif="Retour")


def test_l_adresse_et_l_identifiant_d_un_compte_anonymise_sont_libres(personne):
    adresse = personne.courriel
    anonymiser(personne)
    nouvelle = UtilisateurFactory(courriel=adresse)
    assert par_identifiant_ou_courriel(adresse) == nouvelle


# --- Exporter --------------------------------------------------------------------------------------------------------
def archive(client):
    reponse = client.post("/mon-compte/donnees/")
    assert reponse["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(reponse.streaming_content)))


def test_l_export_porte_tout_ce_que_le_portail_sait_de_moi_et_rien_des_autres(client, personne):
    demande = DemandeFactory(demandeur=personne, message="Pour le rapport annuel")
    HabilitationFactory(titulaire=personne)
    document = DocumentFactory(deposant=personne)
    autre = UtilisateurFactory(prenom="Ada", nom="Secrete", courriel="ada@secrete.example")
    DemandeFactory(demandeur=autre, message="Ne pas montrer")
    DocumentFactory(deposant=autre, nom_fichier="a-cacher.pdf", version=2, structure=document.structure)
    services.aider_a_rentrer(acteur=None, saisie=personne.courriel)
    services.aider_a_rentrer(acteur=None, saisie=autre.courriel)
    zip_ = archive(client)
    assert zip_.namelist() == ["mes-donnees.json", "mes-donnees.html", "mes-donnees.css"]
    donnees = json.loads(zip_.read("mes-donnees.json"))
    assert donnees["Identité"][0]["adresse courriel"] == personne.courriel
    assert [une["message"] for une in donnees["Demandes"]] == [demande.message]
    assert len(donnees["Habilitations"]) == 1
    assert [un["référence"] for un in donnees["Documents déposés"]] == [document.reference]
    assert "connexion" in {un["quoi"] for un in donnees["Connexions"]}
    assert [un["à"] for un in donnees["Courriels reçus"]] == [personne.courriel]
    page = zip_.read("mes-donnees.html").decode()
    assert "Pour le rapport annuel" in page
    for texte in (page, json.dumps(donnees, ensure_ascii=False)):
        for etranger in ("Secrete", "Ne pas montrer", "a-cacher", personne.password, MOT_DE_PASSE):
            assert etranger not in texte
    assert Evenement.objects.filter(action="donnees.exportees", acteur_id=personne.pk).count() == 1


def test_l_export_porte_sessions_et_moyens_de_verification_sans_aucun_secret(client, personne):
    appareil, telephone = application(personne), canal(personne, "sms", "+33612345678")
    codes = services.creer_codes_de_secours(acteur=personne)
    services.lier(acteur=personne, personne=personne, emetteur="https://psc.example", sujet="899700012345")
    with services.exporter(acteur=personne) as fichier:
        donnees = json.loads(zipfile.ZipFile(fichier).read("mes-donnees.json"))
    moyens = [(un["moyen"], un["nom"], un["envoyé à"]) for un in donnees["Moyens de vérification"]]
    assert moyens[:2] == [
        ("Application d'authentification", appareil.name, ""),
        ("Code par SMS", telephone.nom, "+33612345678"),
    ]
    assert len(moyens) == 2 + len(codes)
    assert donnees["Sessions"][0]["adresse"] == "127.0.0.1"
    assert donnees["Identités externes"][0]["identifiant chez lui"] == "899700012345"
    secrets = [appareil.key, *personne.codes_de_secours.values_list("empreinte", flat=True), *codes]
    assert not [secret for secret in secrets if secret in json.dumps(donnees)]


def test_l_export_echappe_ce_que_la_personne_a_ecrit(client, personne):
    DemandeFactory(demandeur=personne, message="<script>alert(1)</script>")
    assert "<script>" not in archive(client).read("mes-donnees.html").decode()


def test_l_export_demande_le_mot_de_passe(client, personne):
    autre = Client()
    connecter(autre, personne.identifiant)
    oublier_la_preuve(autre)
    assert "securite/mot-de-passe" in autre.post("/mon-compte/donnees/").url
    assert not Evenement.objects.filter(action="donnees.exportees").exists()


def test_le_nombre_de_requetes_de_l_export_ne_depend_pas_du_nombre_de_demandes(
    client, personne, django_assert_max_num_queries
):
    DemandeFactory(demandeur=personne)
    with django_assert_max_num_queries(60) as une:
        archive(client)
    for _ in range(2):
        DemandeFactory(demandeur=personne)
    with django_assert_max_num_queries(len(une)):
        archive(client)
    assert Demande.objects.count() == 3
