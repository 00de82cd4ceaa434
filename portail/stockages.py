"""De l'adresse du stockage privé (`STOCKAGE_URL`) à son réglage."""

import sys
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def stockage(url: str) -> dict[str, Any]:
    """Ce que Django attend d'un stockage ; une adresse mal écrite arrête le démarrage par une phrase."""
    adresse = urlsplit(url)
    if adresse.scheme == "file":
        droits = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        options: dict[str, Any] = {"location": adresse.path, "base_url": None} | droits
        return {"BACKEND": "depot.stockage.StockageDurable", "OPTIONS": options}
    seau, _, prefixe = adresse.path.strip("/").partition("/")
    protocole = {"s3": "https", "s3+http": "http"}.get(adresse.scheme)
    if not (protocole and adresse.username and adresse.password and seau):
        sys.exit("STOCKAGE_URL s'écrit file:///chemin, ou s3://clé:secret@hôte/seau : corrigez-le.")
    acces = {
        "endpoint_url": f"{protocole}://{adresse.netloc.rpartition('@')[2]}",
        "aws_access_key_id": unquote(adresse.username),
        "aws_secret_access_key": unquote(adresse.password),
        "region_name": parse_qs(adresse.query).get("region", ["us-east-1"])[0],
    }
    options = {"seau": seau, "prefixe": prefixe, "acces": acces}
    return {"BACKEND": "depot.stockage_s3.StockageS3", "OPTIONS": options}
