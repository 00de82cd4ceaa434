"""Les façons d'entrer, et les identités que d'autres fournisseurs donnent."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.db import IntegrityError, connections, transaction

from accounts import mire, services
from accounts.enums import EtatCompte
from accounts.erreurs import GesteRefuse
from accounts.mire import Voie
from accounts.models import IdentiteExterne
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db
EMETTEUR = "https://fournisseur.example/realms/essai"
LISTE = "/admin/accounts/identiteexterne/"


def lier(personne, sujet="8990000001", emetteur=EMETTEUR):
    return services.lier(acteur=personne, personne=personne, emetteur=emetteur, sujet=sujet)


# --- La mire ---------------------------------------------------------------------------------------------------------
def test_une_seule_facon_d_entrer_n_a_pas_d_onglet(client):
    assert "Façons de se connecter" not in client.get("/connexion/").text


@pytest.fixture
def deux_voies(settings, monkeypatch):
    monkeypatch.setitem(mire.VOIES, "carte", Voie("Carte d'essai", "key", "accounts:oubli"))
    settings.VOIES_DE_CONNEXION = ["carte", "compte_local"]


def test_plusieurs_facons_d_entrer_s_offrent_dans_l_ordre_des_reglages(client, deux_voies):
    page = client.get("/connexion/?next=/camsp-cmpp/").text
    carte, compte = page.index("Carte d&#x27;essai"), page.index("Mon compte")
    assert carte < compte
    assert 'href="/identifiant-ou-mot-de-passe-oublie/?next=%2Fcamsp-cmpp%2F"' in page
    assert 'href="/connexion/?next=%2Fcamsp-cmpp%2F" aria-current="page"' in page


@pytest.mark.parametrize("voies", [["inconnue"], []])
def test_une_facon_d_entrer_inconnue_arrete_le_demarrage(settings, voies):
    settings.VOIES_DE_CONNEXION = voies
    assert "accounts.E001" in [erreur.id for erreur in run_checks()]


# --- Identités externes ----------------------------------------------------------------------------------------------
def test_lier_deux_fois_ne_fait_qu_un_lien_et_note_l_usage():
    personne = UtilisateurFactory()
    premier = lier(personne)
    second = lier(personne)
    assert (second.pk, second.liee_le) == (premier.pk, premier.liee_le)
    assert second.servie_le > premier.servie_le
    evenement = Evenement.objects.get(action="identite_externe.liee")
    assert evenement.apres == {"emetteur": EMETTEUR, "sujet": "8990000001"}


def test_une_identite_n_ouvre_qu_un_compte():
    premiere = lier(UtilisateurFactory())
    with pytest.raises(GesteRefuse, match="déjà un autre compte"):
        lier(UtilisateurFactory())
    assert IdentiteExterne.objects.get() == premiere


def test_le_meme_sujet_chez_un_autre_emetteur_est_une_autre_personne():
    lier(UtilisateurFactory())
    lier(UtilisateurFactory(), emetteur="https://autre.example")
    assert IdentiteExterne.objects.count() == 2


def test_la_base_interdit_deux_comptes_pour_une_identite():
    lien = lier(UtilisateurFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentiteExterne.objects.create(personne=UtilisateurFactory(), emetteur=lien.emetteur, sujet=lien.sujet)


@pytest.mark.parametrize("etat", [EtatCompte.A_CONFIRMER, EtatCompte.DESACTIVE])
def test_un_compte_ferme_ne_se_lie_pas(etat):
    with pytest.raises(GesteRefuse, match="compte ouvert"):
        lier(UtilisateurFactory(etat=etat))
    assert not IdentiteExterne.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_deux_comptes_qui_se_lient_a_la_fois_n_en_lient_qu_un():
    depart, issues = threading.Barrier(2), []

    def travailler(personne):
        depart.wait()
        try:
            issues.append(lier(personne).personne_id)
        except GesteRefuse:
            issues.append(None)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=travailler, args=[UtilisateurFactory()]) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issue is None for issue in issues) == [False, True]
    assert IdentiteExterne.objects.get().personne_id in issues


@pytest.fixture
def support(client):
    personne = UtilisateurFactory(is_staff=True)
    personne.user_permissions.set(
        Permission.objects.filter(codename__in=["view_identiteexterne", "delete_identiteexterne"])
    )
    client.force_login(personne)
    return personne


@pytest.mark.parametrize(("motif", "reste"), [("Carte perdue", 0), ("", 1)])
def test_le_support_delie_avec_un_motif(client, support, motif, reste):
    lien = lier(UtilisateurFactory())
    client.post(LISTE, {"action": "delier", "motif": motif, "_selected_action": [lien.pk]})
    assert IdentiteExterne.objects.count() == reste
    gestes = Evenement.objects.filter(action="identite_externe.deliee")
    assert [(geste.acteur_id, geste.apres) for geste in gestes] == [(support.pk, {"motif": motif})] * (1 - reste)


def test_delier_deux_fois_ne_consigne_qu_une_fois(support):
    lien = lier(UtilisateurFactory())
    for _ in range(2):
        services.delier(acteur=support, identite=IdentiteExterne(pk=lien.pk, personne=lien.personne), motif="Départ")
    assert Evenement.objects.filter(action="identite_externe.deliee").count() == 1


def test_le_support_ne_lie_ni_ne_change_rien_a_la_main(client, support):
    lien = lier(UtilisateurFactory())
    assert client.get(f"{LISTE}add/").status_code == 403
    page = client.get(f"{LISTE}{lien.pk}/change/").text
    assert 'name="_save"' not in page
    assert client.post(f"{LISTE}{lien.pk}/delete/", {"post": "yes"}).status_code == 403
