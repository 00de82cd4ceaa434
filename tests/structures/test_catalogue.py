"""Le téléchargement, devant un vrai serveur qui joue le catalogue et ses pannes."""

import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from structures.models import Structure
from tests.structures.fichiers import ecrire_plus, ege

CONTENU = bytes(range(256)) * 4000


class Serveur(ThreadingHTTPServer):
    """Sert le jeu de données et son fichier ; `panne` dit comment il faillit, `demandes` ce qu'on lui a demandé."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Reponses)
        self.contenu, self.panne, self.demandes, self.ressources = CONTENU, "", [], None
        self.adresse = f"http://127.0.0.1:{self.server_port}"

    def ressource(self, **champs):
        somme = {"type": "sha1", "value": hashlib.sha1(self.contenu).hexdigest()}
        return {
            "url": f"{self.adresse}/finess-20260601.json",
            "filesize": len(self.contenu),
            "checksum": somme,
            "last_modified": "2026-06-01T02:00:00",
        } | champs


class Reponses(BaseHTTPRequestHandler):
    def do_GET(self):
        serveur = self.server
        serveur.demandes.append((self.path, self.headers.get("Range")))
        if self.path == "/api/1/datasets/finess-structures-1/":
            self.envoyer(self.jeu())
        elif self.path != "/finess-20260601.json" or serveur.panne == "absent":
            self.send_error(404)
        else:
            self.fichier()

    def jeu(self):
        if self.server.panne == "pas du json":
            return b"<html>"
        return json.dumps({"resources": self.server.ressources or [self.server.ressource()]}).encode()

    def envoyer(self, corps, statut=200, taille=None):
        self.send_response(statut)
        self.send_header("Content-Length", str(taille or len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def fichier(self):
        serveur, depuis = self.server, 0
        if (etendue := self.headers.get("Range")) and serveur.panne != "sans reprise":
            depuis = int(etendue.removeprefix("bytes=").removesuffix("-"))
        reste, statut = serveur.contenu[depuis:], 206 if depuis else 200
        if serveur.panne == "autre contenu":
            reste = b"x" * len(reste)
        if serveur.panne == "coupe toujours":
            self.envoyer(reste[:1000], statut, len(reste))
        elif serveur.panne == "coupe une fois":
            serveur.panne = ""
            self.envoyer(reste[:600_000], statut, len(reste))
        elif serveur.panne == "muet":
            time.sleep(2)
        else:
            self.envoyer(reste, statut)

    def log_message(self, *args):
        pass


@pytest.fixture
def serveur(settings, tmp_path):
    with Serveur() as serveur:
        settings.FINESS_CATALOGUE_URL, settings.FINESS_DELAI = serveur.adresse, 0.5
        settings.FINESS_DOSSIER = tmp_path / "finess"
        Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield serveur
        serveur.shutdown()


def telecharger(serveur, tmp_path, **options):
    call_command("telecharger_finess", dossier=tmp_path, **options)
    return (tmp_path / "finess-20260601.json").read_bytes()


def refus(serveur, tmp_path):
    with pytest.raises(CommandError) as erreur:
        telecharger(serveur, tmp_path)
    assert not (tmp_path / "finess-20260601.json").exists()
    return str(erreur.value)


def test_le_fichier_du_jour_est_telecharge_et_verifie(serveur, tmp_path, capsys):
    assert telecharger(serveur, tmp_path) == CONTENU
    assert "vérifiés" in capsys.readouterr().out
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["finess-20260601.json"]


def test_un_fichier_deja_la_n_est_pas_retelecharge(serveur, tmp_path):
    telecharger(serveur, tmp_path)
    telecharger(serveur, tmp_path)
    assert [chemin for chemin, _ in serveur.demandes].count("/finess-20260601.json") == 1


def test_une_coupure_reprend_ou_elle_en_etait(serveur, tmp_path):
    serveur.panne = "coupe une fois"
    assert telecharger(serveur, tmp_path) == CONTENU
    assert serveur.demandes[-1] == ("/finess-20260601.json", "bytes=600000-")


def test_une_commande_relancee_reprend_le_fichier_partiel(serveur, tmp_path):
    (tmp_path / "finess-20260601.json.partiel").write_bytes(CONTENU[:1234])
    assert telecharger(serveur, tmp_path) == CONTENU
    assert serveur.demandes[-1][1] == "bytes=1234-"


def test_un_serveur_qui_ne_sait_pas_reprendre_recommence(serveur, tmp_path):
    serveur.panne = "sans reprise"
    (tmp_path / "finess-20260601.json.partiel").write_bytes(b"vieux")
    assert telecharger(serveur, tmp_path) == CONTENU


def test_un_fichier_toujours_tronque_est_refuse_et_garde_pour_la_suite(serveur, tmp_path):
    serveur.panne = "coupe toujours"
    assert "s'arrête à 4000 octets" in refus(serveur, tmp_path)
    assert (tmp_path / "finess-20260601.json.partiel").stat().st_size == 4000


def test_une_autre_empreinte_est_refusee_et_ecartee(serveur, tmp_path):
    serveur.panne = "autre contenu"
    assert "empreinte" in refus(serveur, tmp_path)
    assert not list(tmp_path.iterdir())


def test_un_fichier_plus_long_qu_annonce_est_refuse(serveur, tmp_path):
    serveur.ressources = [serveur.ressource(filesize=10)]
    assert "taille" in refus(serveur, tmp_path)


def test_un_fichier_absent_est_dit(serveur, tmp_path):
    serveur.panne = "absent"
    assert "404" in refus(serveur, tmp_path)


def test_un_serveur_muet_est_abandonne(serveur, tmp_path):
    serveur.panne = "muet"
    debut = time.monotonic()
    assert "n'envoie plus rien" in refus(serveur, tmp_path)
    assert time.monotonic() - debut < 2


def test_un_serveur_qui_goutte_est_abandonne(serveur, tmp_path, monkeypatch):
    monkeypatch.setattr("structures.finess.catalogue.DUREE_MAX", -1)
    assert "trop lent" in refus(serveur, tmp_path)


def test_un_catalogue_injoignable_ou_incomprehensible_est_dit(serveur, settings, tmp_path):
    serveur.panne = "pas du json"
    assert "JSON" in refus(serveur, tmp_path)
    settings.FINESS_CATALOGUE_URL = f"{serveur.adresse}/ailleurs"
    assert "404" in refus(serveur, tmp_path)
    settings.FINESS_CATALOGUE_URL = "http://127.0.0.1:9"
    assert "ne répond pas" in refus(serveur, tmp_path)
    settings.FINESS_CATALOGUE_URL = "file:///etc"
    assert "n'est pas celle d'un site" in refus(serveur, tmp_path)


def test_la_ressource_est_la_plus_recente_qu_on_puisse_verifier(serveur, tmp_path):
    serveur.ressources = [
        serveur.ressource(url=f"{serveur.adresse}/vieux.json", last_modified="2026-01-01"),
        serveur.ressource(url=f"{serveur.adresse}/finess-schema.json", last_modified="2026-09-01"),
        serveur.ressource(url=f"{serveur.adresse}/sans-empreinte.json", last_modified="2026-09-01", checksum=None),
        serveur.ressource(url=f"{serveur.adresse}/notice.pdf", last_modified="2026-09-01"),
        serveur.ressource(),
    ]
    assert telecharger(serveur, tmp_path) == CONTENU
    serveur.ressources = [serveur.ressource(checksum=None)]
    assert "aucun fichier FINESS" in refus(serveur, tmp_path / "autre")


def test_le_fichier_telecharge_s_importe_aussitot(serveur, tmp_path, references):
    serveur.contenu = ecrire_plus(tmp_path, ege(), fichier="source").read_bytes()
    telecharger(serveur, tmp_path, importer=True)
    assert Structure.objects.filter(nom="CAMSP DU PONT").exists()
