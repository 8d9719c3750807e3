/*
 * Numbers of every length and sign are copied and swapped, or left alone.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static void set(mbedtls_mpi *number, size_t limbs, int sign, mbedtls_mpi_uint value)
{
    size_t i;

    CHECK(mbedtls_mpi_grow(number, limbs) == 0);
    for (i = 0; i < number->n; i++)
        number->p[i] = i < limbs ? value - i : 0;
    number->s = sign;
}

static int same(const mbedtls_mpi *a, const mbedtls_mpi *b)
{
    return mbedtls_mpi_cmp_mpi(a, b) == 0 && a->s == b->s;
}

int main(void)
{
    static const unsigned char conditions[] = { 0, 1, 2, 127, 128, 255 };
    mbedtls_mpi x, y, old_x, old_y;
    size_t condition, x_limbs, y_limbs;
    int signs;

    for (condition = 0; condition < sizeof(conditions); condition++)
    for (x_limbs = 1; x_limbs < 5; x_limbs++)
    for (y_limbs = 1; y_limbs < 5; y_limbs++)
    for (signs = 0; signs < 4; signs++) {
        int chosen = conditions[condition] != 0;

        mbedtls_mpi_init(&x);
        mbedtls_mpi_init(&y);
        mbedtls_mpi_init(&old_x);
        mbedtls_mpi_init(&old_y);
        set(&x, x_limbs, signs & 1 ? 1 : -1, (mbedtls_mpi_uint) -3);
        set(&y, y_limbs, signs & 2 ? 1 : -1, 1000);
        CHECK(mbedtls_mpi_copy(&old_x, &x) == 0);
        CHECK(mbedtls_mpi_copy(&old_y, &y) == 0);

        CHECK(mbedtls_mpi_safe_cond_swap(&x, &y, conditions[condition]) == 0);
        if (!same(&x, chosen ? &old_y : &old_x) || !same(&y, chosen ? &old_x : &old_y))
            fault("a swap gives other numbers");

        set(&x, x_limbs, old_x.s, (mbedtls_mpi_uint) -3);
        set(&y, y_limbs, old_y.s, 1000);
        CHECK(mbedtls_mpi_safe_cond_assign(&x, &y, conditions[condition]) == 0);
        if (!same(&x, chosen ? &old_y : &old_x) || !same(&y, &old_y))
            fault("a copy gives another number");

        mbedtls_mpi_free(&x);
        mbedtls_mpi_free(&y);
        mbedtls_mpi_free(&old_x);
        mbedtls_mpi_free(&old_y);
    }
    return 0;
}
