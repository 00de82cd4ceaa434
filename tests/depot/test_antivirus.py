"""Le client de clamd, contre un vrai clamd, puis contre un faux qui se conduit mal."""

import io
import socket
import threading
import zipfile

import pytest

from depot.antivirus import Antivirus, AntivirusIndisponible, Issue, TuyauRompu, comprendre
from tests.clamd import EICAR
from tests.depot import fabrique


@pytest.fixture
def vrai(antivirus):
    return Antivirus(antivirus.url, delai=20)


@pytest.fixture
def faux(tmp_path_factory):
    """Lance un clamd qui fait ce que dit `conduite(prise)`, et rend le client qui lui parle."""
    ecoute = socket.socket(socket.AF_INET)
    ecoute.bind(("127.0.0.1", 0))
    ecoute.listen()
    fils = []

    def lancer(conduite, delai=5):
        def servir():
            prise, _ = ecoute.accept()
            with prise:
                conduite(prise)

        fils.append(threading.Thread(target=servir))
        fils[-1].start()
        return Antivirus(f"tcp://127.0.0.1:{ecoute.getsockname()[1]}", delai)

    yield lancer
    for fil in fils:
        fil.join()
    ecoute.close()


def document(tmp_path, contenu, nom="depot"):
    chemin = tmp_path / nom
    chemin.write_bytes(contenu)
    return chemin


def test_clamd_dit_sain_ce_qui_l_est_et_nomme_le_virus(vrai):
    assert vrai.analyser([b"bonjour"]).issue is Issue.SAIN
    constat = vrai.analyser([EICAR[:20], EICAR[20:]])
    assert constat.issue is Issue.INFECTE
    assert constat.detail.startswith("Eicar-Test-Signature")


def test_un_contenu_plus_grand_que_la_limite_n_est_pas_analyse_donc_pas_sain(vrai):
    assert vrai.analyser([bytes(1 << 20)] * 64).issue is Issue.NON_ANALYSE


def test_un_contenu_vide_est_sain(vrai):
    assert vrai.analyser([]).issue is Issue.SAIN


def test_la_version_dit_le_moteur(vrai):
    assert vrai.version().moteur.startswith("ClamAV ")


def test_la_date_des_signatures_se_lit(faux):
    version = faux(lambda prise: prise.sendall(b"ClamAV 1.4.6/27500/Thu Nov  6 09:32:17 2025\0")).version()

    assert (version.signatures.year, version.signatures.month, version.signatures.day) == (2025, 11, 6)


def piece_jointe(pdf):
    pdf.attachments["note.txt"] = EICAR


def flux_cache(pdf):
    pdf.Root.Divers = pdf.make_stream(EICAR)


def imbrique():
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", EICAR)
    return sortie.getvalue()


@pytest.mark.parametrize(
    "contenu",
    [
        fabrique.retouche(fabrique.classeur(), {"xl/media/image1.bin": EICAR}),
        fabrique.retouche(fabrique.document_word(), {"word/embeddings/classeur.xlsx": imbrique()}),
        fabrique.pdf(piece_jointe),
        fabrique.pdf(flux_cache, compress_streams=True, recompress_flate=True),
        fabrique.ole({"WordDocument": b"texte", "ObjectPool": b"x" * 5000 + EICAR}),
        fabrique.chiffre(fabrique.retouche(fabrique.classeur(), {"xl/media/a.bin": EICAR}), "VelvetSweatshop"),
    ],
    ids=[
        "classeur",
        "document incorporé",
        "pièce jointe de PDF",
        "flux compressé de PDF",
        "flux OLE",
        "mot de passe par défaut",
    ],
)
def test_eicar_dans_un_document_sain_est_trouve(vrai, tmp_path, contenu):
    assert vrai.analyser_document(document(tmp_path, contenu)).issue is Issue.INFECTE


@pytest.mark.parametrize("contenu", [fabrique.classeur(), fabrique.document_word(), fabrique.pdf(), fabrique.word97()])
def test_un_document_honnete_est_sain(vrai, tmp_path, contenu):
    assert vrai.analyser_document(document(tmp_path, contenu)).issue is Issue.SAIN


def test_un_document_dont_le_contenu_ne_se_lit_pas_n_est_pas_sain(vrai, tmp_path):
    assert vrai.analyser_document(document(tmp_path, fabrique.classeur()[:-40])).issue is Issue.NON_ANALYSE


def test_un_antivirus_arrete_le_dit(tmp_path):
    with pytest.raises(AntivirusIndisponible):
        Antivirus(f"unix://{tmp_path}/absent.ctl", 1).analyser([b"x"])
    with pytest.raises(AntivirusIndisponible):
        Antivirus("tcp://127.0.0.1:1", 1).version()


def test_un_antivirus_muet_est_indisponible_et_ne_retient_pas(faux):
    fini = threading.Event()
    with pytest.raises(AntivirusIndisponible):
        faux(lambda prise: fini.wait(5), delai=0.05).analyser([b"x"])
    fini.set()


def test_un_tuyau_rompu_sans_reponse_n_est_ni_sain_ni_infecte(faux):
    with pytest.raises(TuyauRompu):
        faux(lambda prise: prise.recv(20)).analyser([bytes(1 << 20)] * 20)


def test_un_ok_donne_avant_la_fin_du_fichier_ne_compte_pas(faux):
    def repondre_trop_tot(prise):
        prise.sendall(b"stream: OK\0")
        prise.shutdown(socket.SHUT_RDWR)

    with pytest.raises(AntivirusIndisponible):
        faux(repondre_trop_tot).analyser([bytes(1 << 20)] * 20)


@pytest.mark.parametrize(
    ("reponse", "issue"),
    [
        ("stream: OK", Issue.SAIN),
        ("stream: Win.Test.EICAR_HDB-1 FOUND", Issue.INFECTE),
        ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Issue.NON_ANALYSE),
        ("INSTREAM size limit exceeded. ERROR", Issue.NON_ANALYSE),
    ],
)
def test_chaque_reponse_de_clamd_est_comprise(reponse, issue):
    assert comprendre(reponse).issue is issue


@pytest.mark.parametrize("reponse", ["stream: Can't allocate memory ERROR", "UNKNOWN COMMAND", "OK FOUND?", ""])
def test_une_reponse_inconnue_n_est_jamais_saine(reponse):
    with pytest.raises(TuyauRompu):
        comprendre(reponse)
