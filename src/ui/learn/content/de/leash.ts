import type { leash } from '../../lessons/leash';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof leash> = {
  title: 'KL als Leine',
  question: 'Was hält die Policy nahe bei ihrem Anfang, und was kostet das?',
  size: 'Das beste β hängt von der Skala der Belohnung und vom Belohnungsmodell ab: 0,02 im Papier, 0,1 bis 0,2 hier. Dass eine Leine wirkt wie frühes Aufhören, gilt in jeder Größe.',
  steps: {
    reward: {
      title: 'Jedes Token zahlt',
      text: 'Der Score kommt beim letzten Token. Aber jedes Token zahlt auch β mal den Logarithmus davon, wie viel wahrscheinlicher die Policy es findet als SFT. Über eine Antwort summiert ist das die *KL*: der Abstand von SFT, in Nat.',
    },
    draw: {
      title: 'Zeichne, bevor du ziehst',
      text: 'PPO läuft 20 Updates mit dem üblichen β. Dann lässt du die Leine los: β 0, noch 25 Updates. Zeichne die KL über alle 45. In den ersten fünf lernt nur der Kritiker.',
      reveal: 'Ohne Leine ist jeder Schritt weg von SFT umsonst, und allein die Lernrate bestimmt das Tempo.',
    },
    start: {
      title: 'Los, an der Leine',
      text: 'Drück oben auf *Starten*, ohne etwas zu verstellen; steht dort ein alter Lauf, auf *Neu beginnen*. Lass es Update 20 erreichen; halt dort an, wenn du lesen willst.',
    },
    loose: {
      title: 'Lass los',
      text: 'Stell *KL-Gewicht β* auf 0: das linke Ende des Reglers, oder tipp 0. Es wirkt sofort, und die Kurven merken sich den Augenblick. Lass den Lauf weitergehen, falls er steht.',
    },
    watch: {
      title: 'Fünfundzwanzig Updates ohne Leine',
      text: 'Beobachte *objective/kl* und darüber die beiden Linien von Score und wahrer Note. Kauft mehr Abstand mehr Score? Kauft er eine bessere wahre Note?',
    },
    guess: {
      title: 'Und wenn du fest ziehst?',
      text: 'Gleich stellst du β auf 1, ein Mehrfaches des Üblichen. Die Policy ist weggelaufen. Was macht die KL in den nächsten 25 Updates?',
      options: {
        stays: 'Sie bleibt, wo sie ist: gelernt ist gelernt',
        back: 'Sie kommt zurück in Richtung 0',
        grows: 'Sie wächst weiter, nur langsamer',
      },
      reveal: 'Die KL ist Teil der Belohnung: Bei β 1 kostet jedes Nat so viel wie eine ganze Einheit der Note.',
    },
    tight: {
      title: 'Zieh',
      text: 'Stell β im Laufen auf *1* und gib ihm 25 Updates. Lies auch ein paar Antworten: Welche Gewohnheiten gehen zuerst?',
    },
    price: {
      title: 'Was eine Leine kostet',
      text: 'Straff: wenig gelernt. Lose: Der Score steigt, und ab einem Abstand kehrt die wahre Note um. Kein β passt zu jedem Belohnungsmodell, darum hat das Papier es abgesucht. Setz β mit „zurück“ auf seinen üblichen Wert.',
    },
  },
  teacher: {
    goal: 'Die KL wird Token für Token bezahlt; β tauscht Score gegen Abstand; Loslassen und Zurückziehen zeigen sich beide in 25 Updates.',
    questions: [
      {
        ask: 'Warum der Abstand von SFT und nicht vom letzten Update?',
        listen:
          'Das Belohnungsmodell lernte an Antworten von SFT. Fern davon bedeuten seine Scores wenig. (Den Schritt vom letzten Update begrenzt das Clipping.)',
      },
      {
        ask: 'Kann die KL eines Stapels unter 0 liegen?',
        listen: 'Etwas, als Schätzung aus wenigen Proben. Deutlich und lange negativ heißt: ein Fehler im Programm.',
      },
    ],
    expect: [
      'An der üblichen Leine ist die Policy von `nano` nach 100 Updates etwa 1,1 Nat je Antwort von SFT entfernt, Mittel dreier Seeds.',
      'Von Anfang an ohne Leine, bei einer Rate von 4e-4: etwa 2 Nat um Update 15, 4 um 25, 9 um 45.',
    ],
    without:
      '50 Updates von `nano` dauern auf dem Prozessor eines Laptops etwa eine halbe Minute. Der aufgezeichnete Lauf hat nur ein β; lass erst zeichnen und streiten, dann zeig ihn.',
  },
};
