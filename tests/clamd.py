"""Un vrai clamd, dont la seule signature est celle d'EICAR : rien ne se télécharge."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# La chaîne d'essai des antivirus, inoffensive ; coupée pour que ce fichier n'en soit pas un.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
REGLAGES = """Foreground yes
LocalSocket {dossier}/clamd.ctl
DatabaseDirectory {dossier}/signatures
TemporaryDirectory {dossier}
StreamMaxLength 60M
MaxFileSize 400M
MaxScanSize 400M
AlertExceedsMax yes
"""


@dataclass
class Clamd:
    dossier: Path
    processus: subprocess.Popen

    @property
    def url(self) -> str:
        return f"unix://{self.dossier}/clamd.ctl"


@contextlib.contextmanager
def clamd() -> Iterator[Clamd]:
    if not shutil.which("clamd"):
        pytest.fail("clamd manque : installez le paquet clamav-daemon (.ci/run le fait).")
    # Le chemin d'une prise locale tient en cent caractères : celui d'un dossier de pytest peut être trop long.
    with tempfile.TemporaryDirectory(prefix="clamd-") as nom:
        dossier = Path(nom)
        (dossier / "signatures").mkdir()
        (dossier / "signatures" / "essai.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        (dossier / "clamd.conf").write_text(REGLAGES.format(dossier=dossier))
        with (dossier / "journal").open("w") as journal:
            processus = subprocess.Popen(
                ["clamd", "-c", str(dossier / "clamd.conf")], stdout=journal, stderr=subprocess.STDOUT
            )
        try:
            _attendre(dossier / "clamd.ctl", processus)
            yield Clamd(dossier, processus)
        finally:
            processus.kill()
            processus.wait()


def _attendre(prise: Path, processus: subprocess.Popen) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as essai:
            essai.connect(str(prise))
            return
        if processus.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"clamd ne démarre pas :\n{(prise.parent / 'journal').read_text()}")
