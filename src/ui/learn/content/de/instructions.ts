import type { instructions } from '../../lessons/instructions';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof instructions> = {
  title: 'Text vorhersagen heißt nicht Anweisungen befolgen',
  question: 'Warum antwortet ein Modell, das Millionen Wörter gelesen hat, nicht einfach?',
  size: 'Der Abstand ist hier größer als bei GPT-3, das oft antwortet, wenn der Prompt wie ein Quiz aussieht. Übertragbar ist der Grund: Nichts am Trainingsziel verlangt eine Antwort. Ein Modell mit 0,2 bis 1 Million Parametern kennt nur die kleine Welt, von der es gelesen hat.',
  steps: {
    guess: {
      title: 'Zuerst: rate',
      text: 'Ein Basismodell hat sechs Millionen Token Seiten über eine kleine Welt gelesen: Geschichten, Listen, Quizfragen, Forenbeiträge. Nun tippt jemand „What does the fox eat?“ und lässt es weiterschreiben. Was kommt?',
      options: {
        answers: 'Eine kurze Antwort auf die Frage',
        continues: 'Weiterer Text, wie er auf einer Seite folgen würde',
        noise: 'Buchstaben ohne Sinn',
      },
      reveal: 'Es setzt die Seite fort: noch eine Frage, eine Forenzeile, der nächste Eintrag einer Liste.',
    },
    load: {
      title: 'Hol die Modelle',
      text: 'Mit der Seite kommen zwei Modelle: das *Basismodell* und *SFT*, dasselbe Netz, nachdem es geschriebene Antworten nachgeahmt hat. Lass beide dieselben vier Prompts beantworten. Jeder Start eines Laufs lädt sie; der Knopf unten lädt sie ohne Training.',
    },
    read: {
      title: 'Lies die linke Spalte',
      text: 'Gleiche Prompts, zwei Spalten. Ist das Basismodell dumm? Seine Sätze sind wohlgeformt und handeln oft von deinem Tier. Es tut nur etwas anderes, als du wolltest. *Klick auf eine Antwort des Basismodells* und sieh, was es für wahrscheinlich hielt.',
    },
    objective: {
      title: 'Worauf es trainiert wurde',
      text: 'Vortraining macht das nächste Token echter Seiten wahrscheinlich. Der Prompt ist dann nur der Anfang einer Seite. Auf Seiten folgt einer Frage oft die nächste, also schreibt es die. Hilfreich, wahr, höflich: Keines dieser Wörter steht in der Formel.',
    },
    ask: {
      title: 'Frag selbst',
      text: 'Unter *Auswerten* beantworten alle Modelle nebeneinander, was du eintippst. Nimm Wörter der kleinen Welt: Tiere, Farben, Essen, einfache Aufgaben. Dann versuch etwas von außerhalb, und achte darauf, wie sicher es klingt.',
    },
    size: {
      title: 'Was du mitnimmst',
      text: 'Wissen und Tun sind zweierlei. Das Basismodell hat, was es zum Antworten braucht; ihm fehlt der Antrieb. Darum beginnt InstructGPT mit Menschen, die Antworten *schreiben*, dann *ordnen*, und trainiert erst danach auf Belohnung.',
    },
  },
  teacher: {
    goal: 'Ein Sprachmodell setzt Text fort; Anweisungen zu befolgen ist ein Verhalten, das eigens trainiert werden muss.',
    questions: [
      {
        ask: 'Wie bringt man das Basismodell ohne Training zum Antworten?',
        listen:
          'Den Prompt so schreiben, dass eine Antwort die natürliche nächste Zeile ist, mit einem Beispiel: Few-shot.',
      },
      {
        ask: 'Ist die Fortsetzung des Basismodells falsch?',
        listen: 'Nein. Nach seinem eigenen Ziel ist sie richtig; das Ziel ist nicht unseres.',
      },
    ],
    expect: [
      'In jedem gemessenen Lauf lag die wahre Note des Basismodells bei etwa −0,9 auf einer Skala von −1 bis 1; bei der Sache blieb es in etwa einer von zehn Antworten.',
      'Mit ein oder zwei Beispielen im Prompt kommt dasselbe Modell nahe an SFT heran.',
    ],
    without:
      'Zum Laden braucht es keine Grafikkarte. Ganz ohne Rechenwerk: Öffne von der Startseite den aufgezeichneten Lauf, seine Tafel zeigt dieselben zwei Spalten.',
  },
};
