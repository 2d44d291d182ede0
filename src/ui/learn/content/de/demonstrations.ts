import type { demonstrations } from '../../lessons/demonstrations';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof demonstrations> = {
  title: 'Lernen aus geschriebenen Antworten',
  question: 'Was lernt überwachtes Feintuning, und wann hat es genug gelernt?',
  size: 'Die Form ist die des Papiers: Der Verlust kehrt früh um, während das Verhalten noch besser wird. Unsere Demonstrationen sind erzeugt, jede fünfte mit einem eingebauten Fehler; die genaue Epoche der Umkehr sagt nichts über andere Daten.',
  steps: {
    data: {
      title: 'Menschen schreiben die Antwort',
      text: 'Schritt 1 des Bildes. Jede Demonstration ist ein Prompt und die Antwort, die jemand dazu schrieb. Das Papier hatte etwa 13.000 von 40 Leuten; hier macht ein Programm 2.400 und patzt manchmal, wie Leute in Eile.',
    },
    mask: {
      title: 'Welche Token lehren?',
      text: 'Sieh dir die Tokenreihe in Schritt 1 an: Der Prompt wird nur gelesen, Antwort und Ende werden gelernt. Dort ist die Maske m gleich 1. *Wie viele Token tragen im Bild Verlust?* Das Ende zählt als eines.',
      options: { learned: 'Token mit Verlust' },
    },
    epochs: {
      title: 'Acht Durchgänge statt der üblichen wenigen',
      text: 'Eine Epoche ist ein Durchgang durch alle Demonstrationen. Das Papier machte 16, obwohl der Verlust auf zurückgehaltenen Daten schon nach einer stieg. Stell *SFT-Epochen* auf 8; wir werden sehen, warum jemand das tut.',
    },
    draw: {
      title: 'Zeichne den zurückgehaltenen Verlust',
      text: 'Das ist der Verlust auf Demonstrationen von Leuten, von denen das Modell nie lernt, gemessen nach jedem Durchgang. Wie bewegt er sich über acht Epochen? Zeichne ihn.',
      reveal:
        'Das meiste fällt in den ersten Durchgängen. Danach trennen sich die beiden Verluste: Das Modell wird sicherer bei dem, was es gesehen hat, als bei dem, was es nicht kennt.',
    },
    run: {
      title: 'Lass Schritt 1 laufen',
      text: 'Drück *Alle drei Schritte* auf der Startseite oder oben *Neu beginnen*. Zurückgehaltene Punkte erscheinen einmal je Epoche. Danach folgt von selbst das Belohnungsmodell; dort kannst du anhalten.',
    },
    behaviour: {
      title: 'Lies jetzt Antworten, nicht den Verlust',
      text: 'Schieb den *Schrittregler* zurück zur ersten Epoche und vergleiche die Antworten mit denen am Ende. Welche hättest du lieber? Der Verlust zählt Überraschung an einzelnen Token; Menschen beurteilen ganze Antworten.',
    },
    judge: {
      title: 'Wer wählt den Stand aus?',
      text: 'Hier wie im Papier das *Belohnungsmodell*: Jede Epoche wird behalten, und die mit den bestbewerteten Antworten geht weiter. Nimm die Änderung an *SFT-Epochen* mit „zurück“ zurück, damit spätere Lektionen beginnen wie üblich.',
    },
  },
  teacher: {
    goal: 'SFT ist Vorhersage des nächsten Tokens mit Maske. Der zurückgehaltene Verlust ist ein schlechter Richter über Verhalten, darum wählt etwas den Stand, das menschlichem Urteil näher ist.',
    questions: [
      {
        ask: 'Warum trägt der Prompt keinen Verlust?',
        listen: 'Wir wollen Antworten, keine besseren Nachahmungen dessen, was Leute eintippen.',
      },
      {
        ask: 'Was kann SFT aus diesen Daten nie lernen?',
        listen:
          'Dass eine Antwort besser ist als eine andere, oder um wie viel: Jede Demonstration gilt als vollkommen, samt Fehlern.',
      },
    ],
    expect: [
      'Verlust mit Maske im Bild: 6 Token.',
      'Nach den üblichen fünf Durchgängen von `nano`: Trainingsverlust 0,34, zurückgehaltener Verlust 0,53 Nat je Token.',
      'Die mittlere Tokengenauigkeit steigt auf Trainingsstapeln auf etwa 0,88.',
    ],
    without:
      'Acht Epochen `nano` dauern auf dem Prozessor eines Laptops etwa eine halbe Minute. Ganz ohne Rechenwerk: der aufgezeichnete Lauf und sein Schrittregler.',
  },
};
