import type { TextsFromBelow } from '../../words.svelte';

type Clauses = TextsFromBelow['clauses'];

/** The same with and without the place in a text, which stands behind what is wrong there. */
function placed(pattern: string, german: string): Clauses {
  const places = [...pattern.matchAll(/\((?!\?)/g)].length;
  return [
    [new RegExp(`^${pattern}, at character (\\d+)$`), `${german}, bei Zeichen $${places + 1}`],
    [new RegExp(`^${pattern}$`), german],
  ];
}

/** What is wrong with a text. The browser's own words about JSON are English everywhere and are left out. */
const TEXTS: Clauses = [
  ...placed('not JSON \\(.*\\)', 'kein gültiges JSON'),
  ...placed('nested (\\d+) deep', '$1 Ebenen tief geschachtelt'),
  ...placed('the key (.+) twice', 'der Schlüssel $1 zweimal'),
  ...placed('a key named (.+)', 'ein Schlüssel namens $1'),
  ...placed(
    '(U\\+\\w+), a mark that changes the direction of writing',
    '$1, ein Zeichen, das die Schreibrichtung ändert',
  ),
  ...placed('(U\\+\\w+), a control character', '$1, ein Steuerzeichen'),
  ...placed('(U\\+\\w+), half a character', '$1, ein halbes Zeichen'),
  ...placed('(U\\+\\w+), a line separator', '$1, ein Zeilentrenner'),
  ...placed('(U\\+\\w+), an invisible character', '$1, ein unsichtbares Zeichen'),
  [/^line (\d+), character (\d+)$/, 'Zeile $1, Zeichen $2'],
  [/^(\S+), line (\d+)$/, '$1, Zeile $2'],
  [/^(\d+) characters$/, '$1 Zeichen'],
  [/^bytes that are no UTF-8$/, 'Bytes, die kein UTF-8 sind'],
  [/^text in UTF-8$/, 'Text in UTF-8'],
  [/^Save the file as UTF-8$/, 'Die Datei als UTF-8 speichern.'],
  [/^unknown field$/, 'unbekanntes Feld'],
  [/^(\d+) entries for (\d+) answers$/, '$1 Einträge für $2 Antworten'],
  [/^event (\d+) is earlier than the one before$/, 'Ereignis $1 ist früher als das davor'],
  [/^line$/, 'Zeile'],
  [/^file$/, 'Datei'],
  [/^nothing$/, 'nichts'],
  [/^an object$/, 'ein Objekt'],
  [/^a list of (\d+)$/, 'eine Liste von $1'],
];

/** Values where they do not stand for themselves. */
const VALUES: Clauses = [
  [/^(\S+): got nothing$/, '$1: nichts ist angegeben'],
  [/^(\S+): got an object$/, '$1: angegeben ist ein Objekt'],
  [/^(\S+): got a list of (\d+)$/, '$1: angegeben ist eine Liste von $2'],
  [/^the whole is (.+)$/, 'das Ganze ist $1'],
  [/^(.+) is no metric$/, '$1 ist keine Metrik'],
  [/^entry (\d+)$/, 'Eintrag $1'],
  [/^(\S+), entry (\d+)$/, '$1, Eintrag $2'],
  [/^(\S+) is nothing$/, '$1 fehlt'],
  [/^(\S+) is an object$/, '$1 ist ein Objekt'],
  [/^(\S+) is a list of (\d+)$/, '$1 ist eine Liste von $2'],
  [/^(\S+) is ("(?:.*)|-?\d\S*|true|false|null)$/, '$1 ist $2'],
];

const ARCHIVES: Clauses = [
  [/^archive: the file has (\d+) bytes$/, 'Archiv: die Datei hat $1 Bytes'],
  [/^archive: the file is no whole zip file \(.*\)$/s, 'Archiv: die Datei ist keine ganze Zip-Datei'],
  [/^archive: (.+) is missing$/, 'Archiv: $1 fehlt'],
  [/^archive: (.+) is no part of a run archive$/, 'Archiv: $1 gehört in kein Archiv eines Laufs'],
  [/^archive: (.+) is there twice$/, 'Archiv: $1 ist zweimal da'],
  [
    /^archive: (.+) is packed by method (\d+) or encrypted$/,
    'Archiv: $1 ist mit Verfahren $2 gepackt oder verschlüsselt',
  ],
  [/^expected 0 or 8, in the open$/, 'erwartet: 0 oder 8, unverschlüsselt'],
  [/^archive: (.+) is one of more than (\d+) entries$/, 'Archiv: $1 ist einer von mehr als $2 Einträgen'],
  [/^archive: (.+) declares (\d+) bytes in (\d+)$/, 'Archiv: $1 gibt $2 Bytes in $3 an'],
  [/^archive: (.+) declares (\d+) bytes$/, 'Archiv: $1 gibt $2 Bytes an'],
  [/^archive: (.+) brings the whole to (\d+) bytes$/, 'Archiv: mit $1 werden es $2 Bytes'],
  [
    /^archive: (.+) holds more than the (\d+) bytes it declares$/,
    'Archiv: $1 enthält mehr als die angegebenen $2 Bytes',
  ],
  [/^archive: (.+) cannot be unpacked(?: \(.*\))?$/s, 'Archiv: $1 lässt sich nicht entpacken'],
  [/^archive: (.+) has (\d+) bytes$/, 'Archiv: $1 hat $2 Bytes'],
  [/^archive: (.+) is not listed in (\S+)$/, 'Archiv: $1 steht nicht in $2'],
  [/^archive: (.+) has SHA-256 (\w+)$/, 'Archiv: $1 hat die Prüfsumme $2'],
  [/^archive: (.+) is no UTF-8 text$/, 'Archiv: $1 ist kein Text in UTF-8'],
  [/^archive: (\S+) has in line (\d+) (.+)$/s, 'Archiv: $1 hat einen Fehler in Zeile $2'],
  [
    /^archive: (.+) belongs to no contributions of the manifest$/,
    'Archiv: $1 gehört zu keinen Beiträgen des Manifests',
  ],
  [/^archive: (.+) has a tensor (.+)$/, 'Archiv: $1 hat einen Tensor $2'],
  [/^expected no slash$/, 'erwartet: ein Name ohne Schrägstrich'],
  [/^expected (\w{64}): it was changed or damaged$/, 'erwartet: $1; die Datei wurde geändert oder beschädigt'],
  [/^expected the (\d+) it declares$/, 'erwartet: die angegebenen $1'],
  [/^expected at most (\d+) times as many$/, 'erwartet: höchstens $1-mal so viele'],
  [/^run (\S+): made in world (\S+), this one is (\S+)$/, 'Lauf $1: entstanden in Welt $2, diese ist $3'],
  [
    /^models know only their own world: open it with the version of the app that made it$/,
    'Modelle kennen nur ihre eigene Welt: mit der Version der Seite öffnen, die ihn gemacht hat',
  ],
  [/^(\S+): made for world (\S+), this one is (\S+)$/, '$1: gemacht für Welt $2, diese ist $3'],
  [
    /^the shipped models do not know it: start from nothing .*$/,
    'die mitgelieferten Modelle kennen sie nicht: bei null beginnen oder world.size zurückstellen',
  ],
];

/** Files of weights. */
const WEIGHTS: Clauses = [
  [/^the safetensors header$/, 'der Kopf der Safetensors-Datei'],
  [/^(\S+): not a safetensors file \(.*\)$/, '$1: keine Safetensors-Datei'],
  [/^(\S+): the safetensors header is no UTF-8$/, '$1: der Kopf der Safetensors-Datei ist kein UTF-8'],
  [/^(\S+): the safetensors header is not an object$/, '$1: der Kopf der Safetensors-Datei ist kein Objekt'],
  [
    /^(\S+): (.+) lacks a dtype, shape or byte range in the header$/,
    '$1: $2 fehlt Typ, Form oder Ort im Kopf der Datei',
  ],
  [/^(\S+): (.+) has (\d+) dimensions$/, '$1: $2 hat $3 Dimensionen'],
  [/^(\S+): (.+) has dtype (.+)$/, '$1: $2 hat den Typ $3'],
  [/^(\S+): (.+) has shape (\[.*\])$/, '$1: $2 hat die Form $3'],
  [/^(\S+): (.+) spans bytes (\S+) to (\S+) of (\S+)$/, '$1: $2 reicht von Byte $3 bis $4 von $5'],
  [/^(\S+): (.+) begins at byte (\S+)$/, '$1: $2 beginnt bei Byte $3'],
  [/^(\S+): (\d+) bytes belong to no tensor$/, '$1: $2 Bytes gehören zu keinem Tensor'],
  [/^(\S+): (\d+) tensors$/, '$1: $2 Tensoren'],
  [/^(\S+): the tensor name (.+) has .*$/, '$1: der Tensorname $2 ist zu lang oder nicht zu sehen'],
  [/^(\S+): (.+) holds (\S+) at place (\d+)$/, '$1: $2 enthält $3 an Stelle $4'],
  [/^(\S+): __metadata__ is (.+)$/, '$1: __metadata__ ist $2'],
  [/^(\S+): (\S+) is missing$/, '$1: $2 fehlt'],
  [/^expected (\d+) bytes inside the file$/, 'erwartet: $1 Bytes in der Datei'],
  [/^expected (\d+), where the tensor before it ends$/, 'erwartet: $1, wo der Tensor davor endet'],
  [/^expected at most (\d+) that can be seen$/, 'erwartet: höchstens $1, die zu sehen sind'],
  [/^expected finite weights$/, 'erwartet: endliche Gewichte'],
  [/^expected texts by name$/, 'erwartet: Texte unter Namen'],
  [/^expected F32 or F16$/, 'erwartet: F32 oder F16'],
  [/^expected a GPT-2 with (\d+) layers of width (\d+)$/, 'erwartet: ein GPT-2 mit $1 Schichten der Breite $2'],
  [/^this is no model of this page$/, 'das ist kein Modell dieser Seite'],
];

/** The tokenizer that ships with the page. */
const TOKENIZER: Clauses = [
  [/^(\S+): token (.+) has id (\S+)$/, '$1: Token $2 hat die Nummer $3'],
  [/^(\S+): no token for the byte (.+)$/, '$1: kein Token für das Byte $2'],
  [/^(\S+): a token of (\d+) characters$/, '$1: ein Token von $2 Zeichen'],
  [/^(\S+): token (".*)$/, '$1: Token $2'],
  [/^expected each id from (\S+) to (\S+) once$/, 'erwartet: jede Nummer von $1 bis $2 einmal'],
  [/^expected all (\d+)$/, 'erwartet: alle $1'],
  [/^expected (\d+) to (\d+)$/, 'erwartet: $1 bis $2'],
  [/^(\S+): merge (.+)$/, '$1: Verschmelzung $2'],
  [/^expected two tokens that make a third$/, 'erwartet: zwei Token, die ein drittes ergeben'],
  [/^expected characters that stand for bytes$/, 'erwartet: Zeichen, die für Bytes stehen'],
];

const EXPECTED: Clauses = [
  [/^expected JSON$/, 'erwartet: JSON'],
  [/^expected number$/, 'erwartet: eine Zahl'],
  [/^expected string$/, 'erwartet: Text'],
  [/^expected boolean$/, 'erwartet: true oder false'],
  [/^expected Array$/, 'erwartet: eine Liste'],
  [/^expected (?:Object|an object)$/, 'erwartet: ein Objekt'],
  [/^expected (?:none|never)$/, 'erwartet: nichts'],
  [/^expected \(number \| string \| boolean\)$/, 'erwartet: eine Zahl, Text oder true oder false'],
  [/^expected \((.+)\)$/, 'erwartet: eines von $1'],
  [/^expected \((.+)$/, 'erwartet: eines von $1'],
  [/^expected ("(?:.*)|-?\d[\d.e+-]*|true|false|null)$/, 'erwartet: $1'],
  [/^expected Invalid safe integer: .*$/, 'erwartet: eine ganze Zahl'],
  [/^expected <=(\S+)$/, 'erwartet: höchstens $1'],
  [/^expected >=(\S+)$/, 'erwartet: mindestens $1'],
  [/^expected at most (\d+) levels$/, 'erwartet: höchstens $1 Ebenen'],
  [/^expected other names$/, 'erwartet: andere Namen'],
  [/^expected every key once$/, 'erwartet: jeder Schlüssel einmal'],
  [/^expected one JSON object per line$/, 'erwartet: ein JSON-Objekt je Zeile'],
  [/^expected only characters that can be seen$/, 'erwartet: nur sichtbare Zeichen'],
  [/^expected one value for each key and step$/, 'erwartet: ein Wert je Schlüssel und Schritt'],
  [/^expected names of the app's own table$/, 'erwartet: Namen aus der Tabelle der Seite'],
  [/^expected version, preset, recipe and overrides only$/, 'erwartet: nur version, preset, recipe und overrides'],
  [/^expected a setting or one of (.+)$/, 'erwartet: eine Einstellung oder eines von $1'],
  [/^expected events in order of time$/, 'erwartet: Ereignisse in der Folge der Zeit'],
  [/^expected only (.+)$/, 'erwartet: nur $1'],
  [/^expected a setting$/, 'erwartet: eine Einstellung'],
  [/^expected the name of a lesson$/, 'erwartet: der Name einer Lektion'],
  [/^expected a step from (\d+) to (\d+)$/, 'erwartet: ein Schritt von $1 bis $2'],
  [/^expected a whole number$/, 'erwartet: eine ganze Zahl'],
];

const LINKS: Clauses = [
  [/^link: (\d+) characters$/, 'Link: $1 Zeichen'],
  [/^link: (\d+) words$/, 'Link: $1 Wörter'],
  [/^(.+): given more than once$/, '$1: mehrfach angegeben'],
  [/^z: the packed part of this link is damaged$/, 'z: der gepackte Teil dieses Links ist beschädigt'],
  [/^the last one counts$/, 'die letzte Angabe zählt'],
  [/^the rest was left out$/, 'der Rest blieb weg'],
  [/^ask for the (?:whole )?link again$/, 'noch einmal um den ganzen Link bitten'],
];

const REMEDIES: Clauses = [
  [/^download it again$/, 'noch einmal herunterladen'],
  [
    /^take the file that ships with the page, or (?:record it anew|rebuild it)$/,
    'die Datei nehmen, die mit der Seite kommt, oder sie neu erzeugen',
  ],
];

/** What is said about files and links that come from outside. */
const outside: Clauses = [
  ...TEXTS,
  ...VALUES,
  ...ARCHIVES,
  ...WEIGHTS,
  ...TOKENIZER,
  ...EXPECTED,
  ...LINKS,
  ...REMEDIES,
];
export default outside;
