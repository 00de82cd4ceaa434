"""Ce que les journaux techniques ne doivent pas retenir."""

import logging
import re

JETON = re.compile(r"[\w-]{4,}:[\w-]{4,}:[\w-]{20,}")


class SansJeton(logging.Filter):
    """Masque les jetons des liens signés : une adresse refusée est consignée, et son lien peut encore servir."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masque = JETON.sub("[jeton]", message)
        if masque != message:
            record.msg, record.args = masque, ()
        return True
