"""Le captcha s'écoute : un WAV fait ici, sans réseau ni programme."""

import io
import wave

import pytest
from captcha.models import CaptchaStore
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.captcha import CADENCE, CARACTERES, VOIX, lire_a_voix_haute
from accounts.champs import Captcha

pytestmark = pytest.mark.django_db


def test_chaque_caractere_a_sa_voix():
    assert {f"{caractere.lower()}.wav" for caractere in CARACTERES} == {voix.name for voix in VOIX.glob("*.wav")}


def test_le_son_epelle_le_defi_en_quelques_secondes(client):
    cle = CaptchaStore.generate_key()
    reponse = client.get(f"/captcha/son/{cle}/")
    assert reponse["Content-Type"] == "audio/wav"
    assert "no-store" in reponse["Cache-Control"]
    with wave.open(io.BytesIO(reponse.content)) as son:
        assert son.getframerate() == CADENCE
        assert 5 < son.getnframes() / CADENCE < 15


def test_le_meme_defi_ne_donne_jamais_le_meme_son():
    assert lire_a_voix_haute("ACDEF") != lire_a_voix_haute("ACDEF")


def test_un_defi_expire_ou_inconnu_ne_s_ecoute_pas(client):
    cle = CaptchaStore.generate_key()
    CaptchaStore.objects.update(expiration=timezone.now())
    assert client.get(f"/captcha/son/{cle}/").status_code == 404
    assert client.get("/captcha/son/inconnu/").status_code == 404


def test_le_champ_propose_l_image_et_le_son_du_meme_defi():
    page = Captcha().widget.render("captcha", None, {"id": "id_captcha"})
    cle = CaptchaStore.objects.get().hashkey
    assert f"/captcha/image/{cle}/" in page
    assert f"/captcha/son/{cle}/" in page


@pytest.mark.parametrize(("casse", "minuscules_admises"), [(False, True), (True, False)])
def test_la_casse_compte_si_le_reglage_le_veut(settings, casse, minuscules_admises):
    settings.CAPTCHA_CASSE = casse
    champ = Captcha()
    assert ("en minuscules" in champ.help_text) == minuscules_admises

    def recopier(ecrire):
        cle = CaptchaStore.generate_key()
        try:
            champ.clean([cle, ecrire(CaptchaStore.objects.get(hashkey=cle).challenge)])
        except ValidationError:
            return False
        return True

    assert recopier(str.upper)
    assert recopier(str.lower) == minuscules_admises
