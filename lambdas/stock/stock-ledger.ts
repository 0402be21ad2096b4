import type { OrderNumber, Sku } from '../shared/order.ts';

/** Pieces of one SKU. */
export interface StockLine {
  sku: Sku;
  quantity: number;
}

/** What is there of a SKU: `on_hand` = `available` + `held`. */
export interface StockLevel {
  available: number;
  /** Reserved by orders that have not ended. */
  held: number;
}

/**
 * Where an order's pieces are. `held -> committed` when they are sold, `held -> released` when they go back to
 * everyone, `committed -> restocked` when a sale is undone. `released` and `restocked` are final.
 */
export type ReservationState = 'held' | 'committed' | 'released' | 'restocked';

/**
 * The pieces that the shop has, counted exactly. A reservation belongs to its order number: there is one at most,
 * and every change of it is one transaction with the counts that it moves.
 */
export interface StockLedger {
  /**
   * Holds all `lines` or none; again for the same order, the same reservation.
   * @throws OutOfStock naming the SKUs of which there are too few
   * @throws OrderClosed if the order's reservation has ended
   * @throws Transient if others changed the same SKUs at the same time, too often
   */
  reserve(orderNumber: OrderNumber, lines: StockLine[]): Promise<void>;
  /**
   * What is held is sold.
   * @throws OrderClosed if the reservation has ended or never was
   */
  commit(orderNumber: OrderNumber): Promise<void>;
  /**
   * Gives back what is held, restocks what was sold, and closes the reservation for good: a reservation that comes
   * late is refused. Answers the state that the reservation is in then.
   * @throws Transient as `reserve`
   */
  undo(orderNumber: OrderNumber): Promise<'released' | 'restocked'>;
  /** The counts of `sku`, or undefined if it was never stocked. */
  level(sku: Sku): Promise<StockLevel | undefined>;
}
