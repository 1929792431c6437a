import { z } from 'zod';
import { EXPECTATION_SCHEMA } from '../../intent/schema/expectation.ts';

export {
  EXPECTATION_SCHEMA,
  type WrittenEnds,
  type WrittenExpectation,
} from '../../intent/schema/expectation.ts';

/** A `perimeter.yaml` that only expects. One that also describes a perimeter is read by `importPerimeter`. */
export const EXPECT_SCHEMA = z.strictObject({
  expect: z.array(EXPECTATION_SCHEMA).optional().describe('What must be so.'),
});
