import type { whom } from '../../lessons/whom';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof whom> = {
  title: 'Nach wem richten wir aus?',
  question: 'Was wird aus demselben Modell unter Leuten mit anderem Geschmack?',
  size: 'Zwei ausgedachte Gruppen mit je einer einfachen Regel machen den Punkt in einer Minute sichtbar. Echte Gruppen unterscheiden sich in weniger und in mehr, und kein Modell hier zeigt Kultur oder Politik. Echt ist der Mechanismus: Die Urteile sind das Ziel.',
  steps: {
    people: {
      title: 'Vierzig Leute',
      text: 'Die Urteile des Papiers kamen von etwa 40 Beauftragten, meist englischsprachig, über zwei Firmen angestellt und auf Einigkeit mit den Forschenden geprüft. Es sagt selbst: Ausgerichtet ist das Modell auf *diese* Leute, mit *jenen* Anweisungen, an Prompts *jener* Kunden.',
    },
    classes: {
      title: 'Zwei Klassen, zwei Vorlieben',
      text: 'Bring zwei Klassen an den Tisch: Leg ihre Dateien hier ab, oder lass den Knopf unten zwei machen. Beide ordnen dieselben 60 Prompts. *terse* setzt die kürzeste Antwort nach vorn, *wordy* die längste. Sonst ist beiden alles gleich.',
    },
    agreement: {
      title: 'Wie einig sind sie?',
      text: 'Sieh dir die *Einigkeit* und die umstrittensten Prompts an. Diese zwei wurden gegensätzlich gemacht, also sind sie bei keinem Paar einig, das beide entscheiden. Echte Gruppen sind näher an den 72,6 % des Papiers. Was würde ein Mittel über beide wollen?',
    },
    guess: {
      title: 'Bevor du trainierst',
      text: 'Von demselben SFT-Modell aus bekommt jede Klasse ein Belohnungsmodell und dann eine eigene PPO-Policy. Worin werden sich die beiden unterscheiden?',
      options: {
        same: 'Kaum: 60 Rangfolgen sind zu wenig',
        length: 'Deutlich, in der Länge der Antworten',
        opposite: 'Die eine sagt die Wahrheit, die andere lügt',
      },
      reveal: 'Nur worin die Urteile einig sind, lässt sich aus ihnen lernen, und diese sind sich in einem einig.',
    },
    train: {
      title: 'Trainier beide',
      text: 'Drück *Beide lernen lassen und vergleichen*. Zwei Belohnungsmodelle und zwei Policies dauern ein bis zwei Minuten; 20 Updates genügen, wenn du es eilig hast.',
    },
    rule: {
      title: 'Jede mag die eigene',
      text: 'Lies die Tabelle: beide Policies vor beiden Belohnungsmodellen, und die wahre Note, auf die niemand trainierte. Dann lies die Antworten nebeneinander. Welche Klasse würdest du urteilen lassen? Was würde die andere dazu sagen?',
    },
    paper: {
      title: 'Die offene Frage',
      text: '„Ausgerichtet“ braucht ein Wonach. Labeler, Forschende mit ihren Richtlinien, zahlende Kunden, Leute, um die es im Text geht: Das Papier nennt alle und beansprucht höchstens die ersten drei. Schreib auf, nach wem *dein* System ausgerichtet ist und wer nicht gefragt wurde.',
    },
  },
  teacher: {
    goal: 'Ausrichtung hängt an den Leuten, die urteilen, und an ihren Anweisungen; dieselbe Methode macht aus entgegengesetzten Urteilen entgegengesetzte Modelle.',
    questions: [
      {
        ask: 'Wäre es gerechter, beide Klassen zusammenzuwerfen?',
        listen:
          'Ihre gegensätzlichen Paare heben sich auf; sind sie verschieden groß, gewinnt die größere. Mitteln macht aus Streit keine Einigkeit.',
      },
      {
        ask: 'Wer sollte die Labeler eines Systems wählen, das alle benutzen?',
        listen: 'Keine Musterlösung. Achte auf: Betroffene, Offenlegung, mehrere Modelle, Einspruch.',
      },
    ],
    expect: [
      'Die zwei ausgedachten Klassen sind bei keinem der Paare einig, die beide entscheiden: So wurden sie gemacht.',
    ],
    without:
      'Geht auf dem Prozessor. Besser als die ausgedachten Klassen: Lass zwei Hälften des Raums dieselben 20 Aufgaben unter verschiedenen Anweisungen ordnen, sammle die Dateien und leg sie hier ab.',
  },
};
