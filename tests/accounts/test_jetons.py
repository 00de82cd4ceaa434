from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import jetons
from accounts.enums import EtatCompte
from accounts.jetons import LienInvalide, Usage
from tests.accounts.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def personne():
    return UtilisateurFactory(etat=EtatCompte.A_CONFIRMER)


def test_un_lien_mene_a_la_personne_a_qui_il_fut_envoye(personne):
    assert jetons.lire(jetons.creer(personne, Usage.CONFIRMATION), Usage.CONFIRMATION) == personne


def test_un_lien_ne_sert_qu_a_son_usage(personne):
    with pytest.raises(LienInvalide):
        jetons.lire(jetons.creer(personne, Usage.CONFIRMATION), Usage.MOT_DE_PASSE)


def test_un_lien_falsifie_est_refuse(personne):
    UtilisateurFactory()
    jeton = jetons.creer(personne, Usage.CONFIRMATION)
    for faux in ("", "x", jeton[:-1], jeton + "x", jeton.swapcase()):
        with pytest.raises(LienInvalide):
            jetons.lire(faux, Usage.CONFIRMATION)


@pytest.mark.parametrize("usage", Usage)
def test_un_lien_vit_sa_duree_et_pas_plus(personne, usage, monkeypatch):
    jeton = jetons.creer(personne, usage)
    instant = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: instant + usage.duree - 5)
    assert jetons.lire(jeton, usage) == personne
    monkeypatch.setattr("django.core.signing.time.time", lambda: instant + usage.duree + 5)
    with pytest.raises(LienInvalide):
        jetons.lire(jeton, usage)


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("password", "md5$sel$autre"),
        ("courriel", "autre.adresse@structure.example"),
        ("etat", EtatCompte.ACTIF),
        ("etat", EtatCompte.DESACTIVE),
    ],
)
def test_un_lien_meurt_des_que_le_compte_change(personne, champ, valeur):
    jeton = jetons.creer(personne, Usage.CONFIRMATION)
    setattr(personne, champ, valeur)
    personne.save()
    with pytest.raises(LienInvalide):
        jetons.lire(jeton, Usage.CONFIRMATION)


def test_se_connecter_ne_tue_pas_un_lien(personne):
    jeton = jetons.creer(personne, Usage.MOT_DE_PASSE)
    personne.last_login = timezone.now() + timedelta(minutes=1)
    personne.save()
    assert jetons.lire(jeton, Usage.MOT_DE_PASSE) == personne
