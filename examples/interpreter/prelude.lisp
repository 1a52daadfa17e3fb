;; What every script finds, besides what is written in Rust.

(define (newline) (display "\n"))
(define (not x) (if x #f #t))
(define (> a b) (< b a))
(define (<= a b) (not (< b a)))
(define (>= a b) (not (< a b)))

(define (equal? a b)
  (or (eq? a b)
      (and (pair? a)
           (pair? b)
           (equal? (car a) (car b))
           (equal? (cdr a) (cdr b)))))

(define (fold join start items)
  (if (null? items)
      start
      (fold join (join start (car items)) (cdr items))))

(define (length items) (fold (lambda (count item) (+ count 1)) 0 items))

(define (reverse items) (fold (lambda (done item) (cons item done)) '() items))

(define (map f items)
  (if (null? items)
      '()
      (cons (f (car items)) (map f (cdr items)))))

(define (filter keep? items)
  (cond ((null? items) '())
        ((keep? (car items)) (cons (car items) (filter keep? (cdr items))))
        (else (filter keep? (cdr items)))))

(define (append a b)
  (if (null? a)
      b
      (cons (car a) (append (cdr a) b))))

;; The pair of an association list that has a key.
(define (assoc key pairs)
  (cond ((null? pairs) #f)
        ((equal? (car (car pairs)) key) (car pairs))
        (else (assoc key (cdr pairs)))))

(define (range from to)
  (if (< from to)
      (cons from (range (+ from 1) to))
      '()))
