"""La boîte d'envoi : un courriel part si la transaction aboutit, une fois, et rien ne se perd."""

import time
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from threading import Event

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from courriels.enums import BAIL, DELAIS_ENTRE_ESSAIS, EtatCourriel
from courriels.models import Courriel
from courriels.services import (
    TransactionAbsente,
    appeler_un_ouvrier,
    ecrire,
    livrer_les_courriels,
    renvoyer,
    reveiller,
)
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory

GABARIT = """Votre demande n° {{ numero }}

Bonjour {{ prenom }},

Voir la demande :
{{ site }}/demandes/4/

- une
- deux
"""


@pytest.fixture(autouse=True)
def gabarit(tmp_path, settings):
    (tmp_path / "essai.txt").write_text(GABARIT)
    moteur = settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    settings.TEMPLATES = [moteur]


def un_courriel(**champs):
    return Courriel.objects.create(
        **{"destinataire": "alix@structure.example", "modele": "essai", "sujet": "Essai", "texte": "a", "html": "<p>a"}
        | champs
    )


@pytest.fixture
def panne(monkeypatch):
    def couper(*args, **kwargs):
        raise SMTPServerDisconnected("coupé")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", couper)
    return monkeypatch


@pytest.mark.django_db
class TestEcrire:
    @pytest.fixture
    def courriel(self):
        return ecrire(
            destinataire="alix@structure.example", modele="essai", contexte={"prenom": "Alix & <b>Co</b>", "numero": 4}
        )

    def test_la_premiere_ligne_du_gabarit_est_l_objet(self, courriel):
        assert courriel.sujet == "Votre demande n° 4"
        assert courriel.texte.startswith("Bonjour")

    def test_le_texte_garde_les_caracteres_et_le_html_les_echappe(self, courriel):
        assert "Alix & <b>Co</b>" in courriel.texte
        assert "Alix &amp; &lt;b&gt;Co&lt;/b&gt;" in courriel.html

    def test_le_html_montre_l_adresse_en_toutes_lettres(self, courriel):
        assert courriel.html.count("http://127.0.0.1:8000/demandes/4/") >= 2

    def test_le_html_n_appelle_ni_image_ni_traceur(self, courriel):
        assert "<img" not in courriel.html
        assert "<script" not in courriel.html


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTransaction:
    def test_hors_transaction_rien_ne_s_ecrit(self):
        with pytest.raises(TransactionAbsente):
            ecrire(destinataire="alix@structure.example", modele="essai", contexte={})

    def test_une_transaction_annulee_n_envoie_rien(self):
        with transaction.atomic():
            ecrire(destinataire="alix@structure.example", modele="essai", contexte={})
            transaction.set_rollback(True)
        assert not Courriel.objects.exists()
        assert not mail.outbox

    def test_une_transaction_aboutie_envoie_un_courriel(self):
        with transaction.atomic():
            ecrire(destinataire="alix@structure.example", modele="essai", contexte={})
            assert not mail.outbox
        assert len(mail.outbox) == 1


@pytest.mark.django_db
class TestLivrer:
    def test_un_courriel_part_une_fois_avec_texte_html_et_reference_stable(self):
        courriel = un_courriel()
        assert (livrer_les_courriels(), livrer_les_courriels()) == (1, 0)
        (message,) = mail.outbox
        assert message.body == "a"
        assert message.alternatives[0].mimetype == "text/html"
        assert message.extra_headers["Message-ID"] == f"<{courriel.reference}@127.0.0.1>"
        courriel.refresh_from_db()
        assert (courriel.etat, courriel.essais) == (EtatCourriel.ENVOYE, 1)

    def test_un_envoi_en_panne_est_repris_plus_tard_sous_la_meme_reference(self, panne):
        courriel = un_courriel()
        assert livrer_les_courriels() == 0
        courriel.refresh_from_db()
        assert courriel.etat == EtatCourriel.A_ENVOYER
        assert courriel.prochain_essai_le > timezone.now()
        assert "coupé" in courriel.derniere_erreur

        panne.undo()
        Courriel.objects.update(prochain_essai_le=timezone.now())
        assert livrer_les_courriels() == 1
        assert mail.outbox[0].extra_headers["Message-ID"] == f"<{courriel.reference}@127.0.0.1>"

    def test_les_delais_grandissent(self):
        assert sorted(set(DELAIS_ENTRE_ESSAIS)) == DELAIS_ENTRE_ESSAIS

    def test_apres_le_dernier_essai_le_courriel_est_en_echec(self, panne):
        courriel = un_courriel(essais=len(DELAIS_ENTRE_ESSAIS))
        livrer_les_courriels()
        courriel.refresh_from_db()
        assert courriel.etat == EtatCourriel.EN_ECHEC

    def test_une_panne_n_arrete_pas_les_courriels_suivants(self, monkeypatch):
        premier, second = un_courriel(destinataire="refuse@structure.example"), un_courriel()
        envoyer = mail.EmailMultiAlternatives.send

        def trier(message, *args):
            if message.to == ["refuse@structure.example"]:
                raise SMTPServerDisconnected("coupé")
            return envoyer(message, *args)

        monkeypatch.setattr(mail.EmailMultiAlternatives, "send", trier)
        assert livrer_les_courriels() == 1
        premier.refresh_from_db()
        second.refresh_from_db()
        assert (premier.etat, second.etat) == (EtatCourriel.A_ENVOYER, EtatCourriel.ENVOYE)

    def test_un_courriel_tenu_par_un_autre_ouvrier_est_laisse(self):
        un_courriel(bail_jusqu_au=timezone.now() + BAIL)
        assert livrer_les_courriels() == 0

    def test_un_bail_expire_rend_le_courriel_d_un_ouvrier_tue(self):
        un_courriel(bail_jusqu_au=timezone.now() - timedelta(seconds=1))
        assert livrer_les_courriels() == 1


@pytest.mark.django_db
class TestRenvoyer:
    def test_le_support_remet_a_l_envoi_un_courriel_en_echec(self):
        courriel = un_courriel(etat=EtatCourriel.EN_ECHEC, essais=8)
        assert renvoyer(courriel=courriel, acteur=UtilisateurFactory())
        assert livrer_les_courriels() == 1
        assert Evenement.objects.get().action == "courriel.renvoye"

    def test_un_courriel_deja_parti_ne_repart_pas(self):
        courriel = un_courriel(etat=EtatCourriel.ENVOYE, envoye_le=timezone.now())
        assert not renvoyer(courriel=courriel, acteur=UtilisateurFactory())
        assert livrer_les_courriels() == 0


def test_un_courtier_injoignable_ne_fait_pas_echouer_l_appelant(monkeypatch, caplog):
    def injoignable(*args, **kwargs):
        raise OperationalError("refusé")

    monkeypatch.setattr("courriels.services.current_app.send_task", injoignable)
    appeler_un_ouvrier()
    assert "Courtier injoignable" in caplog.text


def test_un_courtier_suspendu_ne_retient_pas_la_page(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    relance = Event()
    monkeypatch.setattr("courriels.services.current_app.send_task", lambda *_, **__: relance.wait(5))
    debut = time.monotonic()
    reveiller()
    assert time.monotonic() - debut < 1
    relance.set()


@pytest.mark.django_db
def test_une_transaction_de_plusieurs_courriels_ne_reveille_qu_une_fois(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as gestes:
        for _ in range(3):
            ecrire(destinataire="alix@structure.example", modele="essai", contexte={})
    assert len(gestes) == 1


@pytest.mark.django_db
def test_une_livraison_qui_echoue_ne_fait_pas_echouer_ce_qui_est_ecrit(
    monkeypatch, django_capture_on_commit_callbacks, caplog
):
    monkeypatch.setattr("courriels.services._prendre", lambda: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        ecrire(destinataire="alix@structure.example", modele="essai", contexte={})
    assert Courriel.objects.get().etat == EtatCourriel.A_ENVOYER


@pytest.mark.django_db
def test_un_retour_a_la_ligne_n_ajoute_ni_entete_ni_destinataire():
    ecrire(
        destinataire="alix@structure.example",
        modele="essai",
        contexte={"numero": "4\r\nBcc: intrus@ailleurs.example\r\n\r\nAutre texte"},
    )
    livrer_les_courriels()
    (message,) = mail.outbox
    entetes = message.message()
    assert "Bcc" not in entetes
    assert message.recipients() == ["alix@structure.example"]
    assert "\n" not in entetes["Subject"]


@pytest.mark.django_db
def test_un_destinataire_de_deux_lignes_ne_part_pas():
    courriel = un_courriel(destinataire="alix@structure.example\nBcc: intrus@ailleurs.example")
    assert livrer_les_courriels() == 0
    courriel.refresh_from_db()
    assert courriel.etat == EtatCourriel.A_ENVOYER
    assert not mail.outbox
