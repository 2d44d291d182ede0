import type { tax } from '../../lessons/tax';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof tax> = {
  title: 'Die Steuer der Ausrichtung und PPO-ptx',
  question: 'Was verlernt ein Modell, während es zu gefallen lernt?',
  size: 'Das Papier maß die Steuer an öffentlichen Aufgaben wie SQuAD und DROP. Modelle dieser Größe zeigen sie am besten im Verlust auf Seiten; ihre Aufgabennoten bewegen sich wenig. Den größten Teil zahlt hier SFT, und auch das repariert das Beimischen von Seiten.',
  steps: {
    guess: {
      title: 'Kann es noch lesen?',
      text: 'Das Basismodell liest eine Seite seiner Welt mit einem Verlust von etwa 0,75 Nat je Token. Dann wurde es SFT, dann eine PPO-Policy: nur noch kurze höfliche Antworten. Wie gut sagt es jetzt gewöhnliche Seiten voraus?',
      options: {
        better: 'Besser: Es hat ja noch mehr gelernt',
        same: 'Etwa gleich: Es sah keine anderen Seiten',
        worse: 'Viel schlechter',
      },
      reveal: 'Mehr als der doppelte Verlust des Basismodells. Niemand hat es gebeten, sich zu erinnern.',
    },
    start: {
      title: 'Starte PPO',
      text: 'Drück oben auf *Starten* oder *Neu beginnen*, ohne etwas zu verstellen, und lass es Update 10 erreichen. Die Policy ist eine Kopie von SFT, die sich zu bewegen begonnen hat.',
    },
    draw: {
      title: 'Zeichne den Verlust auf Seiten',
      text: 'PPO-ptx fügt einen zweiten Teil hinzu: In jedem Update lernt die Policy auch, einige Seiten vorherzusagen, mit Gewicht γ. Bei Update 10 schaltest du das ein. Zeichne *loss/ptx*, den Verlust auf diesen Seiten, über die nächsten 25 Updates.',
      reveal:
        'Er beginnt, wo das Vergessen ihn gelassen hat, und kommt in wenigen Updates zurück: Das Können war verdeckt, nicht fort.',
    },
    mix: {
      title: 'Schalt es ein',
      text: 'Stell *ptx-Gewicht γ* im Laufen auf 0,5 und lass den Lauf weitergehen, falls er steht. Die 27,8 des Papiers gehören zu einer anderen Skala der Verluste.',
    },
    watch: {
      title: 'Sieh zu, wie es zurückkommt',
      text: 'Folge der Linie auf dieser Karte. Dann sieh auf den Score und die wahre Note: Steigen sie noch? Jedes Update dauert jetzt länger, denn es liest auch Seiten.',
    },
    where: {
      title: 'Woher die Steuer kam',
      text: 'Der erste Punkt der Linie ist der Verlust, bevor Seiten beigemischt wurden. PPO hatte sich bis dahin kaum bewegt: Das meiste wurde in Schritt 1 gezahlt, als SFT Seiten durch Antworten ersetzte. Unter *Auswerten* misst das Bild zur *Steuer* alle Modelle auf einmal.',
    },
    price: {
      title: 'Der Preis des Erinnerns',
      text: 'Ein Teil jedes Schritts zieht nun zu den Seiten, auch zu ihren groben Forenstimmen. Die Belohnung endet etwas tiefer, der Verlust auf Seiten viel tiefer. So entschied das Papier: „InstructGPT“ heißt PPO-ptx. Setz γ zurück.',
    },
  },
  teacher: {
    goal: 'Training auf ein enges Ziel kostet andere Fähigkeiten; alte Daten in die Updates zu mischen kauft das meiste zurück, bei wenig Verlust an Belohnung.',
    questions: [
      {
        ask: 'Könnte eine straffere KL-Leine dasselbe?',
        listen:
          'Das Papier hat es versucht: Selbst β 2 half nicht. Die Leine hält an SFT fest, das den größten Teil schon gezahlt hat.',
      },
      {
        ask: 'Was kommt mit den alten Seiten noch zurück?',
        listen: 'Ihre Fehler: Auch Irrglaube und grobe Stimmen sind Seiten.',
      },
    ],
    expect: [
      'Verlust auf Seiten von `nano`, Mittel dreier Seeds: Basis 0,80, SFT 1,86, PPO 2,16, PPO-ptx 0,88 Nat je Token; wahre Note 0,50 ohne und 0,48 mit Seiten.',
    ],
    without:
      'Die ganze Lektion rechnet mit `nano` auf einem Prozessor etwa zwei Minuten. Auf Papier: Basis 0,8, SFT 1,9, PPO 2,2, PPO-ptx 0,9 Nat je Token; frag, welches Modell welches ist.',
  },
};
