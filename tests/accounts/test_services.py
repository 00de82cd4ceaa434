import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts import jetons, services
from accounts.enums import TRANSITIONS, EtatCompte
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.jetons import LienInvalide, Usage
from accounts.models import Utilisateur
from accounts.services import Identite
from courriels.services import reveiller
from journal.models import Evenement
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import courriels_ecrits
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
ANONYME = AnonymousUser()


def inscrire(courriel="yamil.zemirli@structure.example", prenom="Yamil", nom="Zemirli"):
    services.inscrire(
        acteur=ANONYME, identite=Identite(prenom=prenom, nom=nom), courriel=courriel, mot_de_passe=MOT_DE_PASSE
    )


def actions():
    return list(Evenement.objects.order_by("pk").values_list("action", flat=True))


# --- Inscription -----------------------------------------------------------------------------------------------------
def test_une_inscription_cree_un_compte_a_confirmer_et_garde_les_conditions_acceptees(settings):
    inscrire(courriel="Yamil.Zemirli@Structure.example")
    personne = Utilisateur.objects.get()
    assert (personne.identifiant, personne.courriel) == ("yzemirli", "yamil.zemirli@structure.example")
    assert (personne.etat, personne.confirme_le) == (EtatCompte.A_CONFIRMER, None)
    assert personne.conditions_version == settings.CONDITIONS_VERSION
    assert personne.conditions_acceptees_le is not None
    assert personne.check_password(MOT_DE_PASSE)
    assert courriels_ecrits() == [("confirmation", personne.courriel)]
    assert Evenement.objects.get().action == "compte.cree"
    assert Evenement.objects.get().acteur_id == personne.pk


def test_les_homonymes_sont_numerotes():
    for rang in range(3):
        inscrire(courriel=f"y{rang}@structure.example")
    assert set(Utilisateur.objects.values_list("identifiant", flat=True)) == {"yzemirli", "yzemirli2", "yzemirli3"}


def test_un_identifiant_pris_entre_la_lecture_et_l_ecriture_passe_au_suivant(monkeypatch):
    UtilisateurFactory(identifiant="yzemirli")
    monkeypatch.setattr(services.inscription, "identifiants_pris", lambda _souhaite: set())
    inscrire()
    assert Utilisateur.objects.filter(identifiant="yzemirli2").exists()


@pytest.mark.parametrize(
    ("etat", "modele"),
    [
        (EtatCompte.ACTIF, "deja_un_compte"),
        (EtatCompte.A_CONFIRMER, "confirmation_rappelee"),
        (EtatCompte.DESACTIVE, "compte_desactive"),
    ],
)
def test_une_adresse_connue_recoit_de_quoi_rentrer_et_rien_n_y_change(etat, modele):
    connue = UtilisateurFactory(etat=etat)
    avant = Utilisateur.objects.values().get()
    inscrire(courriel=connue.courriel.upper())
    assert Utilisateur.objects.values().get() == avant
    assert courriels_ecrits() == [(modele, connue.courriel)]
    assert actions() == ["inscription.adresse_connue"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("courriels", [("a@x.example", "b@x.example"), ("a@x.example", "a@x.example")])
def test_deux_inscriptions_simultanees_aboutissent(courriels):
    depart = threading.Barrier(2)
    echecs = []

    def travailler(courriel):
        try:
            depart.wait()
            inscrire(courriel=courriel)
        except Exception as erreur:  # noqa: BLE001 -- le fil rend l'échec au test
            echecs.append(erreur)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=travailler, args=[courriel]) for courriel in courriels]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert echecs == []
    identifiants = ["yzemirli", "yzemirli2"][: len(set(courriels))]
    assert sorted(Utilisateur.objects.values_list("identifiant", flat=True)) == identifiants
    assert len(courriels_ecrits()) == 2


# --- Confirmation ----------------------------------------------------------------------------------------------------
def test_confirmer_active_le_compte_une_seule_fois():
    personne = UtilisateurFactory(etat=EtatCompte.A_CONFIRMER, confirme_le=None)
    jeton = jetons.creer(personne, Usage.CONFIRMATION)
    services.confirmer(acteur=personne, jeton=jeton)
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.ACTIF
    assert personne.confirme_le is not None
    with pytest.raises(LienInvalide):
        services.confirmer(acteur=personne, jeton=jeton)
    assert actions() == ["compte.confirme"]


# --- Oubli -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("champ", ["identifiant", "courriel"])
def test_l_aide_part_a_l_adresse_du_compte(champ):
    personne = UtilisateurFactory()
    services.aider_a_rentrer(acteur=ANONYME, saisie=f" {getattr(personne, champ).upper()} ")
    assert courriels_ecrits() == [("reinitialisation", personne.courriel)]
    assert actions() == ["mot_de_passe.oublie"]


@pytest.mark.parametrize(
    ("etat", "modele"), [(EtatCompte.A_CONFIRMER, "confirmation"), (EtatCompte.DESACTIVE, "compte_desactive")]
)
def test_un_compte_ferme_ne_recoit_pas_de_lien_de_mot_de_passe(etat, modele):
    personne = UtilisateurFactory(etat=etat)
    services.aider_a_rentrer(acteur=ANONYME, saisie=personne.courriel)
    assert courriels_ecrits() == [(modele, personne.courriel)]


def test_d_une_saisie_inconnue_rien_n_est_garde_ni_envoye():
    """Le journal écrit une ligne, comme pour une personne connue : sans elle, le temps de réponse les distinguait."""
    UtilisateurFactory()
    services.aider_a_rentrer(acteur=ANONYME, saisie="Mon-mot-de-passe-1")
    services.renvoyer_confirmation(acteur=ANONYME, saisie="inconnue@structure.example")
    assert courriels_ecrits() == []
    assert actions() == ["mot_de_passe.oublie", "compte.confirmation_demandee"]
    traces = str(list(Evenement.objects.values()))
    assert not any(saisie in traces for saisie in ("Mon-mot-de-passe-1", "inconnue@structure.example"))


@pytest.mark.parametrize(("adresse", "sort_du_courriel"), [("connue", "RELEASE"), ("inconnue", "ROLLBACK")])
def test_connue_ou_non_une_saisie_coute_autant_d_ordres_et_un_reveil(
    django_capture_on_commit_callbacks, adresse, sort_du_courriel
):
    """Garder le courriel ou le défaire ne se distinguent pas au temps."""
    UtilisateurFactory(courriel="connue@structure.example")
    with CaptureQueriesContext(connection) as capture, django_capture_on_commit_callbacks() as reveils:
        services.aider_a_rentrer(acteur=ANONYME, saisie=f"{adresse}@structure.example")
    ordres = [requete["sql"].split()[0] for requete in capture]
    assert ordres == ["SAVEPOINT", "SELECT", "INSERT", "SAVEPOINT", "INSERT", sort_du_courriel, "RELEASE"]
    assert reveils == [reveiller]


def test_un_lien_de_mot_de_passe_ne_sert_qu_une_fois():
    personne = UtilisateurFactory()
    jeton = jetons.creer(personne, Usage.MOT_DE_PASSE)
    services.reinitialiser_mot_de_passe(acteur=personne, jeton=jeton, mot_de_passe="Jonquilles-Vertes-8")
    personne.refresh_from_db()
    assert personne.check_password("Jonquilles-Vertes-8")
    with pytest.raises(LienInvalide):
        services.reinitialiser_mot_de_passe(acteur=personne, jeton=jeton, mot_de_passe="Autre-Mot-2026")
    assert courriels_ecrits() == [("mot_de_passe_change", personne.courriel)]
    assert actions() == ["mot_de_passe.reinitialise"]


# --- Identité --------------------------------------------------------------------------------------------------------
def test_le_journal_garde_l_identite_avant_et_apres():
    personne = UtilisateurFactory(prenom="Camille", nom="Exemple")
    structure = StructureFactory(nom="CAMSP DES LILAS")
    services.modifier_identite(acteur=personne, identite=Identite("Camille", "Exemple-Lilas", "", structure))
    evenement = Evenement.objects.get()
    assert evenement.avant == {"nom": "Exemple", "structure": ""}
    assert evenement.apres == {"nom": "Exemple-Lilas", "structure": str(structure)}


def test_une_identite_inchangee_ne_se_consigne_pas():
    personne = UtilisateurFactory()
    services.modifier_identite(acteur=personne, identite=Identite(personne.prenom, personne.nom))
    assert actions() == []


# --- Support ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def support():
    return UtilisateurFactory(is_staff=True)


VERBES = {
    "desactiver": lambda acteur, personne: services.desactiver(acteur=acteur, personne=personne, motif="Départ"),
    "reactiver": lambda acteur, personne: services.reactiver(acteur=acteur, personne=personne, motif="Retour"),
    "aider_a_confirmer": lambda acteur, personne: services.aider_a_confirmer(acteur=acteur, personne=personne),
}
PERMIS = {
    (EtatCompte.A_CONFIRMER, "desactiver"): EtatCompte.DESACTIVE,
    (EtatCompte.ACTIF, "desactiver"): EtatCompte.DESACTIVE,
    (EtatCompte.DESACTIVE, "reactiver"): EtatCompte.ACTIF,
    (EtatCompte.FERME, "reactiver"): EtatCompte.ACTIF,
    (EtatCompte.A_CONFIRMER, "aider_a_confirmer"): EtatCompte.A_CONFIRMER,
}


@pytest.mark.parametrize("verbe", VERBES)
@pytest.mark.parametrize("etat", EtatCompte)
def test_chaque_geste_du_support_dans_chaque_etat(support, etat, verbe):
    personne = UtilisateurFactory(etat=etat)
    if (etat, verbe) in PERMIS:
        VERBES[verbe](support, personne)
        assert len(actions()) == 1
    else:
        with pytest.raises(TransitionInterdite):
            VERBES[verbe](support, personne)
        assert actions() == []
    personne.refresh_from_db()
    assert personne.etat == PERMIS.get((etat, verbe), etat)


def test_toutes_les_transitions_ont_un_verbe():
    assert {etat for etat, suites in TRANSITIONS.items() if suites} == set(EtatCompte) - {EtatCompte.ANONYME}


def test_un_compte_jamais_confirme_se_reactive_a_confirmer(support):
    personne = UtilisateurFactory(etat=EtatCompte.DESACTIVE, confirme_le=None)
    services.reactiver(acteur=support, personne=personne, motif="Erreur")
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.A_CONFIRMER


def test_le_journal_dit_qui_a_desactive_et_pourquoi(support):
    personne = UtilisateurFactory()
    services.desactiver(acteur=support, personne=personne, motif="Départ de la structure")
    evenement = Evenement.objects.get()
    assert (evenement.action, evenement.acteur_id) == ("compte.desactive", support.pk)
    assert evenement.avant == {"etat": "actif"}
    assert evenement.apres == {"etat": "desactive", "motif": "Départ de la structure"}


def test_desactiver_demande_un_motif(support):
    with pytest.raises(GesteRefuse, match="motif"):
        services.desactiver(acteur=support, personne=UtilisateurFactory(), motif="")


def test_nul_ne_se_desactive_soi_meme_ni_ne_desactive_plus_puissant(support):
    with pytest.raises(GesteRefuse, match="votre propre compte"):
        services.desactiver(acteur=support, personne=support, motif="Essai")
    with pytest.raises(GesteRefuse, match="administration"):
        services.desactiver(acteur=support, personne=UtilisateurFactory(is_superuser=True), motif="Essai")
