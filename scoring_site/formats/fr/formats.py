"""French, typed as English is: years of four digits, and what inputs show without seconds."""

from scoring_site.formats.en import formats as english

DATE_INPUT_FORMATS = english.DATE_INPUT_FORMATS
DATETIME_INPUT_FORMATS = english.DATETIME_INPUT_FORMATS
